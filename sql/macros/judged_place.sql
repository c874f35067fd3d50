-- The place of the verdict on several curves (sql/seeds/verdicts.csv): that of the curve which stands first, but inconclusive in place
-- of smooth where some curve is undecided.
create or replace macro judged_place(first_place, undecided) as
    if(first_place = 4 and undecided > 0, 5, first_place);
