-- The status of curves by the number of test examples behind their scores.
with

classed as (
    select
        *,
        case
            when n_test is null then 5
            when n_test < 10 then 1
            when n_test < 50 then 2
            when n_test < 200 then 3
            else 4
        end as number
    from emergence
),

final as (
    select
        number,
        ['below 10', '10 to 49', '50 to 199', '200 or more', 'not known'][number] as n_test_class,
        min(n_test) as smallest_n_test,
        max(n_test) as largest_n_test,
        count(*) as curves,
        count(*) filter (where status = 'finite') as finite,
        count(*) filter (where status = 'flat') as flat,
        count(*) filter (where status = 'infinite') as infinite,
        count(*) filter (where status in ('single', 'invalid')) as left_out,
        infinite / nullif(sum(infinite) over (), 0) as share_of_infinite,
        count(*) filter (where status = 'infinite' and ends_worst) as end_worst,
        count(*) filter (where status = 'infinite' and ends_worst and emergence_score > 0) as blips
    from classed
    group by number
)

select * from final
