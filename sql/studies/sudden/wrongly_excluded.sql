-- Of each size, how often a planted jump of just that size is called excluded, over the scenarios and places where it was planted.
with

planted as (
    select
        test,
        cast(regexp_extract(test, '^jump_excluded_([0-9]+)$', 1) as double) / 100 as size,
        jump,
        curves,
        rejected_share
    from calibration
    where (select is_bigbench from options)
        and n_test_class = 'all'
        and starts_with(test, 'jump_excluded_')
)

select
    test,
    size,
    sum(curves) as planted,
    sum(curves * rejected_share) / sum(curves) as share
from planted
where abs(jump - size) < 0.001
group by
    test,
    size
