-- The curves of preferred metrics with their scores, scales, standard errors, test size and chance level: what the tests of curves start from.
with

points as (
    select
        curve_id,
        list(points.score order by points.position) as scores,
        list(points.scale order by points.position) as scale,
        list(standard_errors.standard_error order by points.position) as standard_errors
    from curve_points as points
    inner join curves using (curve_id)
    left join standard_errors using (task, subtask, metric, shots, family, model)
    group by curve_id
),

final as (
    select
        curves.task,
        curves.subtask,
        curves.is_aggregate,
        curves.metric,
        curves.shots,
        curves.family,
        curves.curve_id,
        curves.is_preferred,
        coalesce(known_metrics.is_proportion, false) as is_proportion,
        coalesce(known_metrics.higher_is_better, true) as higher_is_better,
        coalesce(known_metrics.is_log_scaled, false) as is_log_scaled,
        coalesce(known_metrics.is_neutral, false) as is_neutral,
        n_test_by_curve.n_test,
        chance_levels.chance,
        curve_emergence.emergence_score,
        curve_emergence.status as emergence_status,
        points.scores,
        points.scale,
        points.standard_errors
    from curves
    inner join points using (curve_id)
    inner join curve_emergence using (curve_id)
    inner join chance_levels using (curve_id)
    left join known_metrics using (metric)
    left join n_test_by_curve using (curve_id)
    where curves.is_preferred
)

select * from final
