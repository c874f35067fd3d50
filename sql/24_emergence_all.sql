-- One row a curve, under every metric that the source holds.
with

final as (
    select
        curves.task,
        curves.subtask,
        curves.is_aggregate,
        curves.metric,
        curves.is_preferred,
        curves.shots,
        curves.family,
        curve_emergence.n_scales,
        n_test.n_test,
        n_test.n_test_basis,
        curve_emergence.lowest,
        curve_emergence.highest,
        curve_emergence.last_score,
        curve_emergence.span,
        curve_emergence.median_step,
        curve_emergence.emergence_score,
        curve_emergence.turns_on_ties,
        curve_emergence.status
    from curves
    inner join curve_emergence using (curve_id)
    left join n_test using (task, subtask, metric, family)
)

select * from final
