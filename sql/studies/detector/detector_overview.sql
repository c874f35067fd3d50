-- The tested proportions, the sudden gains among them by two definitions, and the E-emergent ones, infinite scores kept.
with

told as (
    select
        detected_curves.*,
        convention_values.is_emergent,
        is_large_gain or is_late_gain as is_gain
    from detected_curves
    inner join convention_values using (curve_id)
    where convention_values.convention = 'with_infinite'
),

final as (
    select
        count(*) as tested,
        count(*) filter (where is_large_possible) as large_possible,
        count(*) filter (where is_large_gain) as large_gains,
        count(distinct task) filter (where is_large_gain) as large_gain_tasks,
        count(*) filter (where is_late_possible) as late_possible,
        count(*) filter (where is_late_gain) as late_gains,
        count(distinct task) filter (where is_late_gain) as late_gain_tasks,
        count(*) filter (where is_emergent) as emergent,
        count(*) filter (where is_emergent and is_gain) as emergent_gains,
        emergent_gains / nullif(emergent, 0) as share_gains,
        count(*) filter (where is_emergent and last_gain <= 0) as emergent_without_last_gain
    from told
)

select * from final
