-- What became of each curve before and in its test.
select
    status,
    basis = 'binomial' as is_proportion,
    is_tested,
    count(*) as curves
from curve_tests
group by all
