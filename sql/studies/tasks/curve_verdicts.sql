-- One verdict per curve, the first rule that applies (sql/seeds/verdicts.csv). Curves that average others have none,
-- unless their task has no other.
with

sides as (
    select
        curve_id,
        max(q) filter (where side = 'upper') as upper_q,
        max(q) filter (where side = 'lower') as lower_q,
        max(score - predicted) filter (where side = 'upper') as above_forecast,
        any_value(is_best) as is_best
    from late_tests
    group by curve_id
),

known as (
    select
        emergence.curve_id,
        emergence.task,
        emergence.subtask,
        emergence.metric,
        emergence.shots,
        emergence.family,
        emergence.n_scales,
        emergence.n_test,
        emergence.emergence_score,
        emergence.status as emergence_status,
        tests.basis,
        tests.status,
        tests.is_tested,
        tests.is_exploratory,
        -- Of other metrics the smooth model is a straight line, which a loss that levels off does not follow.
        if(tests.basis = 'binomial', tests.broken_q, null) as broken_q,
        tests.broken_by,
        tests.largest_jump,
        tests.jump_excluded_20,
        sides.upper_q,
        sides.lower_q,
        sides.above_forecast,
        sides.is_best,
        if(testable.higher_is_better, 1, -1) * (testable.scores[-1] - testable.scores[1]) as gain,
        if(
            tests.basis = 'binomial',
            difference_error(testable.scores[1], testable.scores[-1], emergence.n_test),
            sqrt(pow(testable.standard_errors[1], 2) + pow(testable.standard_errors[-1], 2))
        ) as gain_error,
        if(testable.higher_is_better, 1, -1)
            * (testable.scores[tests.broken_at] - testable.scores[tests.broken_at - 1])
            > 3 * difference_error(
                testable.scores[tests.broken_at], testable.scores[tests.broken_at - 1], emergence.n_test
            ) as is_step_seen
    from emergence
    inner join curve_tests as tests using (curve_id)
    inner join testable_curves as testable using (curve_id)
    left join sides using (curve_id)
    where not emergence.is_aggregate
        -- Of a task whose subtasks are not scored, the average is all there is.
        or emergence.task not in (select task from emergence where not is_aggregate)
),

final as (
    select
        known.* exclude (gain_error, is_best, is_step_seen),
        case
            when emergence_status = 'flat' then 'unchanged'
            when not is_tested or is_exploratory then 'not tested'
            -- What only comes back after a dip is no gain, however far above the forecast.
            when upper_q < 0.05 and is_best then 'late gain'
            -- A step can improve a fit without a jump between two neighbours, if the curve does not follow a parabola.
            when broken_q < 0.05 and is_step_seen then 'jump'
            when gain < -3 * gain_error then 'falls'
            when status = 'at_chance' then 'at chance'
            when basis = 'binomial' and n_test < 50 then 'resolution-limited'
            when jump_excluded_20 then 'smooth'
            else 'inconclusive'
        end as verdict
    from known
)

select * from final
