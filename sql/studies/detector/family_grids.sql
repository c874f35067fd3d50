-- The scales on which most curves of a family stand, for families of three or more: models whose size is not known, or that
-- share one, are on no grid.
with

by_curve as (
    select
        curves.family,
        list(curve_points.scale order by curve_points.position) as scales
    from curve_points
    inner join curves using (curve_id)
    where curves.is_preferred
    group by
        curves.family,
        curve_id
),

grids as (
    select
        family,
        scales,
        count(*) as curves_on_grid,
        sum(count(*)) over (partition by family)::bigint as curves
    from by_curve
    where len(scales) >= 3
        and len(list_filter(scales, lambda one: one > 0)) = len(scales)
        and len(list_distinct(scales)) = len(scales)
    group by
        family,
        scales
),

final as (
    select
        family,
        len(scales) as n_scales,
        curves,
        curves_on_grid,
        scales
    from grids
    qualify row_number() over (
        partition by family
        order by curves_on_grid desc, n_scales desc, scales
    ) = 1
)

select * from final
