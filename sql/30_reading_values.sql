-- The value that each reading gives each curve: null where it leaves the curve out.
with

kept as (
    select
        seed_readings.reading,
        seed_readings.is_absolute,
        emergence.*,
        status in ('finite', 'flat') or (status = 'infinite' and seed_readings.keeps_infinite) as is_kept,
        metric in (select seed_two_metrics.metric from seed_two_metrics) as is_two_metrics
    from emergence
    cross join seed_readings
),

final as (
    select
        * exclude (is_absolute),
        case
            when not is_kept then null
            when status = 'flat' then 0.0
            when is_absolute then abs(emergence_score)
            else emergence_score
        end as value,
        coalesce(value > getvariable('threshold'), false) as is_emergent
    from kept
)

select * from final
