-- The curves of preferred metrics with their scores, scales, standard errors, test size and chance level: what the tests of curves start from.
with

points as (
    select
        curve_id,
        list(points.score order by points.position) as scores,
        list(points.params::double order by points.position) as params,
        list(standard_errors.standard_error order by points.position) as standard_errors
    from curve_points as points
    inner join curves using (curve_id)
    left join standard_errors using (task, subtask, metric, shots, family, model)
    group by curve_id
),

low_scores as (
    select
        task,
        subtask,
        metric,
        median(low_score) as low_score
    from stg_scores
    where is_preferred and low_score between 0 and 0.999
    group by all
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
        n_test_by_curve.n_test,
        case
            when curves.metric = 'multiple_choice_grade' then coalesce(low_scores.low_score, curves.chance)
            else 0.0
        end as chance,
        curve_emergence.emergence_score,
        curve_emergence.status as emergence_status,
        points.scores,
        points.params,
        points.standard_errors
    from curves
    inner join points using (curve_id)
    inner join curve_emergence using (curve_id)
    left join known_metrics using (metric)
    left join n_test_by_curve using (curve_id)
    left join low_scores using (task, subtask, metric)
    where curves.is_preferred
)

select * from final
