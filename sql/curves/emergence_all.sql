-- One row per curve, under every metric that the source holds. Scores stay as they are; where lower is better, E is that of
-- the negated scores, so that a positive one always means that models get better.
with

directed as (
    select
        curves.*,
        coalesce(known_metrics.higher_is_better, true) as higher_is_better
    from curves
    left join known_metrics using (metric)
),

final as (
    select
        directed.curve_id,
        directed.task,
        directed.subtask,
        directed.is_aggregate,
        directed.metric,
        directed.is_preferred,
        directed.shots,
        directed.family,
        curve_emergence.n_scales,
        n_test_by_curve.n_test,
        n_test_by_curve.n_test_basis,
        curve_emergence.lowest,
        curve_emergence.highest,
        curve_emergence.last_score,
        curve_emergence.last_score
            = if(directed.higher_is_better, curve_emergence.lowest, curve_emergence.highest) as ends_worst,
        curve_emergence.span,
        curve_emergence.median_step,
        -- The first of tied maxima is the first of tied minima of the negated scores: E only changes its sign.
        if(directed.higher_is_better, 1, -1) * curve_emergence.emergence_score as emergence_score,
        curve_emergence.turns_on_ties,
        curve_emergence.status
    from directed
    inner join curve_emergence using (curve_id)
    left join n_test_by_curve using (curve_id)
)

select * from final
