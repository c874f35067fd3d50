-- A curve of the explorer has not as many scores as it has scales
-- make sql/explorer/explorer_points.sql keep every score of a curve, once
with

counted as (
    select
        curve_id,
        count(*) as points
    from explorer_points
    group by curve_id
),

final as (
    select
        explorer_curves.curve_id,
        explorer_curves.n_scales,
        counted.points
    from explorer_curves
    left join counted using (curve_id)
    where counted.points is distinct from explorer_curves.n_scales
)

select * from final
