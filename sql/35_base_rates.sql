-- The share of the two metrics in each population that the paper's share can be held against.
with

annotated as (
    select
        *,
        task_level_preferred_metric in ('multiple_choice_grade', 'exact_str_match') as is_two_metrics
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
        2,
        'tasks: annotated as emergent',
        count(*),
        count(*) filter (where is_two_metrics)
    from annotated
    where is_emergent
    union all
    select
        3,
        'curves: all',
        count(*),
        count(*) filter (where metric in ('multiple_choice_grade', 'exact_str_match'))
    from emergence
    union all
    select
        if(keeps_infinite, 5, 4),
        'curves: kept, infinite ' || if(keeps_infinite, 'included', 'left out'),
        count(*),
        count(*) filter (where is_two_metrics)
    from reading_values
    inner join seed_readings using (reading)
    where is_kept and seed_readings.is_absolute
    group by keeps_infinite
    union all
    select
        5 + list_position(['published', 'signed', 'with_infinite', 'signed_with_infinite'], reading),
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
