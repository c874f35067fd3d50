-- How often the same BIG-G model gives the same score at sampling temperatures 0 and 1.
with

points as (
    select
        curves.task,
        curves.subtask,
        curves.metric,
        curves.shots,
        curves.family,
        curve_points.model,
        curve_points.score
    from curve_points
    inner join curves using (curve_id)
    where curves.is_preferred
),

pairs as (
    select
        cold.metric,
        cold.task,
        cold.subtask,
        cold.shots,
        cold.score = warm.score as is_equal
    from points as cold
    inner join points as warm using (task, subtask, metric, shots, model)
    where cold.family = 'BIG-G T=0'
        and warm.family = 'BIG-G T=1'
),

by_curve as (
    select
        metric,
        count(*) as scores,
        count(*) filter (where is_equal) as equal_scores,
        bool_and(is_equal) as is_identical
    from pairs
    group by
        metric,
        task,
        subtask,
        shots
),

final as (
    select
        metric,
        sum(scores)::bigint as score_pairs,
        sum(equal_scores)::bigint as equal_scores,
        sum(equal_scores) / sum(scores) as share_equal,
        count(*) as curve_pairs,
        count(*) filter (where is_identical) as identical_curves
    from by_curve
    group by metric
)

select * from final
