-- How far metric and size of the test set can be told apart: the curves of the regression by both, and how few tasks they
-- come from. The effective number of tasks is 1 / the sum of their squared shares of the curves: that many tasks of equal
-- size would be as uneven.
with

by_task as (
    select
        metric_class,
        n_test_class,
        task,
        count(*) as curves,
        count(*) filter (where is_emergent) as emergent
    from regressed_curves
    group by
        metric_class,
        n_test_class,
        task
),

final as (
    select
        metric_class,
        n_test_class,
        sum(curves)::bigint as curves,
        count(*) as tasks,
        sum(curves) ^ 2 / sum(curves ^ 2) as effective_tasks,
        max(curves) / sum(curves) as share_of_largest_task,
        sum(emergent)::bigint as emergent,
        count(*) filter (where emergent > 0) as tasks_with_emergent,
        sum(emergent) / sum(curves) as share_emergent
    from by_task
    group by
        metric_class,
        n_test_class
)

select * from final
