-- Models of one size in one curve: a tie in scale, broken by their names.
with

tied as (
    select
        curve_id,
        scale,
        string_agg(model, ', ' order by position) as models
    from curve_points
    where scale is not null
    group by
        curve_id,
        scale
    having count(*) > 1
),

final as (
    select
        curves.family,
        tied.scale,
        tied.models,
        count(*) as curves
    from tied
    inner join curves using (curve_id)
    group by all
)

select * from final
