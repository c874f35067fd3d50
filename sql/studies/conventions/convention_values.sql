-- The value that each convention gives each curve: null where it leaves the curve out.
with

valued as (
    select
        seed_conventions.convention,
        emergence.*,
        convention_value(
            emergence.status,
            emergence.emergence_score,
            seed_conventions.is_absolute,
            seed_conventions.keeps_infinite
        ) as value,
        emergence.metric in (select seed_two_metrics.metric from seed_two_metrics) as is_two_metrics
    from emergence
    cross join seed_conventions
),

final as (
    select
        *,
        value is not null as is_kept,
        coalesce(value > getvariable('threshold'), false) as is_emergent
    from valued
)

select * from final
