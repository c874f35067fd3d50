-- The curves that each reading calls emergent, with what one may not expect among them.
with

emergent as (
    select
        reading,
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
        emergence_score < 0 as is_falling,
        case family
            when 'BIG-G T=0' then 'BIG-G T=1'
            when 'BIG-G T=1' then 'BIG-G T=0'
        end as twin_family
    from reading_values
    where is_emergent
),

-- The same models at two sampling temperatures: BIG-G T=1 repeats what T=0 shows.
final as (
    select
        emergent.* exclude (twin_family),
        twin.family is not null as has_emergent_twin,
        coalesce(not twin.is_falling, false) as has_rising_twin
    from emergent
    left join emergent as twin
        on twin.reading = emergent.reading
        and twin.task = emergent.task
        and twin.subtask = emergent.subtask
        and twin.metric = emergent.metric
        and twin.shots = emergent.shots
        and twin.family = emergent.twin_family
)

select * from final
