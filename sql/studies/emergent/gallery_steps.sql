-- Whether a curve of the gallery takes its largest step at its largest model.
with

steps as (
    select
        gallery.gallery,
        gallery.rank,
        curve_points.position,
        abs(
            curve_points.score - lag(curve_points.score) over (
                partition by curve_points.curve_id
                order by curve_points.position
            )
        ) as step_size
    from gallery
    inner join curve_points using (curve_id)
),

-- By comparing sizes, because which of tied steps arg_max would pick is left open.
final as (
    select
        gallery,
        rank,
        max(step_size) as largest_step,
        max_by(step_size, position) as last_step,
        largest_step = last_step as is_largest_at_end
    from steps
    group by
        gallery,
        rank
)

select * from final
