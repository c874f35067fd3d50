-- By what factor neighbouring scales of a family differ: E takes each such step for one step.
with

factors as (
    select
        *,
        list_transform(scales[2:], lambda scale, i: scale / scales[i]) as step_factors
    from family_grids
),

final as (
    select
        family,
        n_scales,
        curves,
        curves_on_grid,
        list_min(step_factors) as smallest_step_factor,
        list_median(step_factors) as median_step_factor,
        list_max(step_factors) as largest_step_factor,
        step_factors[-1] as last_step_factor,
        ln(last_step_factor) / ln(median_step_factor) as last_over_median
    from factors
)

select * from final
