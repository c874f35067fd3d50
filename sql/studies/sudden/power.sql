-- The share of planted jumps that each test finds, by size of the jump and of the test set, in the combined scenario.
select
    test,
    place,
    jump,
    n_test_class,
    curves,
    rejected_share as found,
    low,
    high
from calibration
where (select is_bigbench from options)
    and jump > 0
    and scenario = 'combined'
    and test in ('broken', 'without_1_upper', 'jump_excluded_10', 'jump_excluded_20', 'jump_excluded_30')
