-- The share of the two metrics among BIG-bench's tasks, which the paper's share can be held against.
with

annotated as (
    select
        *,
        task_level_preferred_metric in (select metric from seed_two_metrics) as is_two_metrics
    from seed_annotations
),

populations as (
    select
        1 as number,
        'tasks: JSON' as population,
        count(*) as members,
        count(*) filter (where is_two_metrics) as two_metrics
    from annotated
    where task_type = 'json'
    union all
    select
        if(is_emergent, 2, 3),
        'tasks: JSON, ' || if(is_emergent, 'annotated as emergent', 'all others'),
        count(*),
        count(*) filter (where is_two_metrics)
    from annotated
    where task_type = 'json'
    group by is_emergent
    union all
    select
        4,
        'tasks: annotated as emergent',
        count(*),
        count(*) filter (where is_two_metrics)
    from annotated
    where is_emergent
),

final as (
    select
        *,
        two_metrics / nullif(members, 0) as share
    from populations
)

select * from final
