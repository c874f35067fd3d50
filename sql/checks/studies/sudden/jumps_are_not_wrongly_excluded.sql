-- sizes of a jump that is excluded, at a nominal 5 %, in more than 5 % of the curves in which it was planted
-- see sql/studies/sudden/wrongly_excluded.sql and pipeline/curve_tests/jumps.py.
select
    test,
    planted,
    share
from wrongly_excluded
where share > 0.05
order by test
