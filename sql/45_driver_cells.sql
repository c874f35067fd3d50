-- How far metric and number of test examples can be told apart: the curves of the regression by both, and how few tasks
-- they come from. The effective number of tasks is 1 / sum of their squared shares of the curves: that of as many
-- equally large ones.
with

by_task as (
    select
        metric_class,
        n_test_number,
        n_test_class,
        task,
        count(*) as curves,
        count(*) filter (where is_with_infinite) as emergent_with_infinite,
        count(*) filter (where is_published) as emergent_published,
        count(*) filter (where is_published_tenth) as emergent_published_tenth,
        count(*) filter (where status = 'flat') as flat
    from driver_curves
    where left_out_because is null
    group by all
),

final as (
    select
        metric_class,
        n_test_number,
        n_test_class,
        sum(curves)::bigint as curves,
        count(*) as tasks,
        sum(curves) ^ 2 / sum(curves ^ 2) as effective_tasks,
        max(curves) / sum(curves) as share_of_largest_task,
        sum(emergent_with_infinite)::bigint as emergent_with_infinite,
        count(*) filter (where emergent_with_infinite > 0) as tasks_with_infinite,
        sum(emergent_with_infinite) / sum(curves) as share_with_infinite,
        sum(emergent_published)::bigint as emergent_published,
        sum(emergent_published_tenth)::bigint as emergent_published_tenth,
        sum(flat)::bigint as flat
    from by_task
    group by
        metric_class,
        n_test_number,
        n_test_class
)

select * from final
