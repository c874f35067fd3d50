-- The share of the two metrics among all curves, those that can be read, and those that each convention calls emergent.
with

populations as (
    select
        1 as number,
        'curves: all' as population,
        count(*) as members,
        count(*) filter (where metric in (select seed_two_metrics.metric from seed_two_metrics)) as two_metrics
    from emergence
    union all
    select
        if(keeps_infinite, 3, 2),
        'curves: kept, infinite ' || if(keeps_infinite, 'included', 'left out'),
        count(*),
        count(*) filter (where is_two_metrics)
    from convention_values
    inner join seed_conventions using (convention)
    where is_kept and seed_conventions.is_absolute
    group by keeps_infinite
    union all
    select
        3 + list_position(['published', 'signed', 'with_infinite', 'signed_with_infinite'], convention),
        'curves: emergent, ' || convention,
        count(*),
        count(*) filter (where is_two_metrics)
    from convention_values
    where is_emergent
    group by convention
),

final as (
    select
        *,
        two_metrics / nullif(members, 0) as share
    from populations
)

select * from final
