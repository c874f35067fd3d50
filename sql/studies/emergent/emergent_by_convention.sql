-- The curves that each convention calls emergent, with what one may not expect among them.
with

emergent as (
    select
        convention,
        curve_id,
        task,
        subtask,
        metric,
        shots,
        family,
        n_scales,
        n_test,
        span,
        emergence_score,
        status,
        is_aggregate,
        emergence_score < 0 as is_falling
    from convention_values
    where is_emergent
),

-- The same models at two sampling temperatures, whichever of the two a curve is of.
pairs as (
    select
        curve_id,
        original_id as other_id
    from curve_copies
    union all
    select
        original_id,
        curve_id
    from curve_copies
),

final as (
    select
        emergent.*,
        other.curve_id is not null as has_emergent_copy,
        coalesce(not other.is_falling, false) as has_rising_copy
    from emergent
    left join pairs using (curve_id)
    left join emergent as other
        on other.convention = emergent.convention
        and other.curve_id = pairs.other_id
)

select * from final
