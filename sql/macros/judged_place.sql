-- The place of the verdict on several curves (sql/seeds/verdicts.csv): that of the curve which stands first, but inconclusive in place
-- of smooth where some curve is undecided.
create or replace macro judged_place(first_place, undecided) as
    if(
        undecided > 0 and first_place = (select place from seed_verdicts where verdict = 'smooth'),
        (select place from seed_verdicts where verdict = 'inconclusive'),
        first_place
    );
