-- sizes of a jump that is excluded, at 5 %, in more than 5 % of the curves in which it was planted, by more than chance
-- see sql/studies/sudden/wrongly_excluded.sql and pipeline/curve_tests/jumps.py.
select
    test,
    largest_share,
    largest_low
from wrongly_excluded
where largest_low > 0.05
order by test
