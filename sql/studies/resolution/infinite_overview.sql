-- The infinite curves: how many are scored on few examples, how many of which shape, and what ties do to their signs.
with

sizes as (
    select
        sum(infinite) as infinite,
        sum(infinite) filter (where number = 1) as few_infinite,
        sum(curves) filter (where number = 1) as few_curves,
        min(smallest_n_test) filter (where number = 1) as few_smallest,
        max(largest_n_test) filter (where number = 1) as few_largest,
        min(smallest_infinite) as least_n_test,
        sum(infinite) filter (where number between 2 and 4) as many_infinite,
        sum(curves) filter (where number between 2 and 4) as many_curves,
        sum(end_worst) as end_worst,
        sum(blips) as blips
    from by_n_test
),

tasks as (
    select
        count(*) as largest_tasks,
        sum(share_of_infinite) as share_of_largest_tasks
    from (from infinite_by_task order by infinite desc, task limit 3)
),

signs as (
    select
        sum(turn_on_ties) as turn_on_ties,
        sum(emergent_by_first) as emergent_by_first,
        sum(emergent_by_last) as emergent_by_last
    from ties
),

final as (
    select
        infinite::bigint as infinite,
        coalesce(few_infinite, 0)::bigint as few_infinite,
        few_infinite / nullif(infinite, 0) as few_share_of_infinite,
        few_infinite / nullif(few_curves, 0) as few_share,
        few_smallest,
        few_largest,
        least_n_test,
        many_infinite / nullif(many_curves, 0) as many_share,
        end_worst::bigint as end_worst,
        blips::bigint as blips,
        (end_worst - blips)::bigint as falls,
        largest_tasks,
        share_of_largest_tasks,
        turn_on_ties::bigint as turn_on_ties,
        emergent_by_first::bigint as emergent_by_first,
        emergent_by_last::bigint as emergent_by_last
    from sizes
    cross join tasks
    cross join signs
)

select * from final
