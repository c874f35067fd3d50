-- The status of curves by the number of test examples behind their scores.
with

classed as (
    select
        *,
        n_test_class(n_test) as n_test_class
    from emergence
),

final as (
    select
        number,
        n_test_class,
        min(n_test) as smallest_n_test,
        max(n_test) as largest_n_test,
        count(*) as curves,
        count(*) filter (where status = 'finite') as finite,
        count(*) filter (where status = 'flat') as flat,
        count(*) filter (where status = 'infinite') as infinite,
        count(*) filter (where status in ('single', 'invalid')) as left_out,
        min(n_test) filter (where status = 'infinite') as smallest_infinite,
        infinite / nullif(sum(infinite) over (), 0) as share_of_infinite,
        count(*) filter (where status = 'infinite' and ends_worst) as end_worst,
        count(*) filter (where status = 'infinite' and ends_worst and emergence_score > 0) as blips
    from classed
    inner join seed_n_test_classes using (n_test_class)
    group by
        number,
        n_test_class
)

select * from final
