-- Curves with their emergence scores, under the name and with the columns that sql/30_reading_values.sql asks for.
with

final as (
    select
        curves.*,
        curve_emergence.* exclude (curve_id)
    from curves
    inner join curve_emergence using (curve_id)
)

select * from final
