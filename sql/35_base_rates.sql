-- The share of the two metrics in each population that the paper's share can be held against.
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
        4,
        'tasks: annotated as emergent',
        count(*),
        count(*) filter (where is_two_metrics)
    from annotated
    where is_emergent
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
        5,
        'curves: all',
        count(*),
        count(*) filter (where metric in (select seed_two_metrics.metric from seed_two_metrics))
    from emergence
    union all
    select
        if(keeps_infinite, 7, 6),
        'curves: kept, infinite ' || if(keeps_infinite, 'included', 'left out'),
        count(*),
        count(*) filter (where is_two_metrics)
    from reading_values
    inner join seed_readings using (reading)
    where is_kept and seed_readings.is_absolute
    group by keeps_infinite
    union all
    select
        7 + list_position(['published', 'signed', 'with_infinite', 'signed_with_infinite'], reading),
        'curves: emergent, ' || reading,
        count(*),
        count(*) filter (where is_two_metrics)
    from reading_values
    where is_emergent
    group by reading
),

final as (
    select
        *,
        two_metrics / nullif(members, 0) as share
    from populations
)

select * from final
