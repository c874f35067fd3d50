-- The scores of the curves with the smallest p among late gains, one per task, for the figure.
with

first_of_task as (
    select *
    from late_gains
    qualify row_number() over (partition by task order by p, curve_id) = 1
    order by
        p,
        curve_id
    limit 12
),

final as (
    select
        first_of_task.*,
        row_number() over (order by first_of_task.p, curve_id, curve_points.position) as place,
        curve_points.position,
        curve_points.scale,
        scale_names.scale_name,
        curve_points.score as score_at,
        wilson_low(curve_points.score, first_of_task.n_test) as score_low,
        wilson_high(curve_points.score, first_of_task.n_test) as score_high,
        curve_tests.fitted[curve_points.position] as fitted
    from first_of_task
    inner join curve_points using (curve_id)
    inner join curve_tests using (curve_id)
    cross join scale_names
)

select * from final
