-- kinds of E-emergent curves that do not add up to the E-emergent tested proportions, or first kinds of more curves than have the property
-- see the list of properties in sql/studies/detector/false_alarms.sql.
with

emergent as (
    select count(*) as emergent
    from convention_values
    semi join detected_curves using (curve_id)
    where convention = 'with_infinite'
        and is_emergent
),

told as (
    select
        *,
        sum(curves) over () as in_all
    from false_alarms
)

select told.kind, told.curves, told.with_property, told.in_all, emergent.emergent
from told
cross join emergent
where told.in_all <> emergent.emergent
    or told.curves > told.with_property
    or told.with_property > emergent.emergent
order by all
