-- The curves that a reader wants to see first, one per task, for the figure: by verdict, then by the size of E. The forecast
-- of the largest model is turned back into the metric's own units.
with

forecasts as (
    select
        tests.curve_id,
        testable.higher_is_better,
        turned(testable.is_log_scaled, testable.is_proportion, testable.higher_is_better) as turned,
        tests.without_1_predicted as predicted,
        tests.without_1_low as low,
        tests.without_1_high as high,
        if(tests.basis = 'binomial', tests.chance, null) as chance,
        testable.standard_errors
    from curve_tests as tests
    inner join testable_curves as testable using (curve_id)
),

ranked as (
    select
        curve_verdicts.*,
        verdicts.place
    from curve_verdicts
    inner join verdicts using (verdict)
    inner join tasks
        on tasks.task = curve_verdicts.task
        and tasks.verdict = curve_verdicts.verdict
    where curve_verdicts.n_scales >= 4
        and curve_verdicts.emergence_status in ('finite', 'infinite')
    qualify row_number() over (
        partition by curve_verdicts.task
        order by upper_q nulls last, abs(emergence_score) desc, curve_id
    ) = 1
),

chosen as (
    select
        *,
        row_number() over (order by place, abs(emergence_score) desc, curve_id) as panel
    from ranked
    qualify panel <= 12
),

final as (
    select
        chosen.panel,
        chosen.task,
        chosen.metric,
        chosen.shots,
        chosen.family,
        chosen.n_test,
        chosen.emergence_score,
        chosen.verdict,
        forecasts.higher_is_better,
        forecasts.chance,
        points.position,
        points.scale,
        scale_names.scale_name,
        points.score,
        coalesce(
            forecasts.standard_errors[points.position],
            sqrt(greatest(points.score * (1 - points.score), 0) / chosen.n_test)
        ) as standard_error,
        turn_back(forecasts.predicted, turned) as predicted,
        turn_back(if(forecasts.higher_is_better, forecasts.low, forecasts.high), turned) as low,
        turn_back(if(forecasts.higher_is_better, forecasts.high, forecasts.low), turned) as high
    from chosen
    inner join curve_points as points using (curve_id)
    left join forecasts using (curve_id)
    cross join scale_names
)

select * from final
order by
    panel,
    position
