-- The scores of each curve of the explorer with what the smooth model gives there, in the metric's own units.
with

tested as (
    select
        curve_tests.curve_id,
        curve_tests.fitted,
        testable.standard_errors,
        turned(testable.is_log_scaled, testable.is_proportion, testable.higher_is_better) as turned
    from curve_tests
    inner join testable_curves as testable using (curve_id)
),

final as (
    select
        points.curve_id,
        points.position,
        points.model,
        points.scale,
        points.score,
        turn_back(tested.fitted[points.position], tested.turned) as fitted,
        tested.standard_errors[points.position] as standard_error
    from curve_points as points
    inner join emergence using (curve_id)
    left join tested using (curve_id)
)

select * from final
order by
    curve_id,
    position
