-- Of each size, how often a jump that is as large or larger is called excluded: the largest share of the planted jumps, each by scenario, size and place.
with

planted as (
    select
        *,
        cast(regexp_extract(test, '^jump_excluded_([0-9]+)$', 1) as double) / 100 as size
    from calibration
    where (select is_bigbench from options)
        and jump > 0
        and n_test_class = 'all'
        and test like 'jump\_excluded\_%' escape '\'
)

select
    test,
    size,
    count(*) as planted,
    max(rejected_share) as largest_share,
    max(low) as largest_low
from planted
where jump > size - 0.001
group by
    test,
    size
