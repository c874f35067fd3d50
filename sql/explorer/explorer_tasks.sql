-- One row per task of the explorer, with what people said of it.
with

names as (
    select distinct task
    from emergence
),

final as (
    select
        names.task,
        seed_annotations.category as annotated_class
    from names
    left join seed_annotations
        on seed_annotations.task = names.task
        and (select is_published from options)
)

select * from final
order by task
