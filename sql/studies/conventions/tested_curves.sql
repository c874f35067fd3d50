-- Every curve with its tests, the conventions that call it emergent, and the class that people gave its task.
with

emergent_by as (
    select
        curve_id,
        list(convention order by convention) filter (where is_emergent) as emergent_under
    from convention_values
    group by curve_id
),

final as (
    select
        curve_tests.*,
        emergent_by.emergent_under,
        seed_annotations.category
    from curve_tests
    left join emergent_by using (curve_id)
    left join seed_annotations using (task)
)

select * from final
order by
    task,
    subtask,
    metric,
    shots,
    family
