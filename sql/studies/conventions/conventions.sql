-- How the answer depends on the convention and on the threshold.
with

thresholds as (
    select unnest([10.0, 20.0, 30.0, 50.0, 100.0, 150.0])::double as threshold
    union
    select getvariable('threshold')::double
),

final as (
    select
        convention,
        threshold,
        count(*) filter (where is_kept) as curves,
        count(*) filter (where value > threshold) as emergent,
        count(distinct metric) filter (where value > threshold) as metrics_with_emergent,
        count(*) filter (where value > threshold and is_two_metrics) as emergent_two_metrics,
        emergent_two_metrics / nullif(emergent, 0) as share_two_metrics,
        count(*) filter (where is_kept and is_two_metrics) / nullif(curves, 0) as base_share_two_metrics,
        count(distinct task) filter (where value > threshold) as tasks_with_emergent
    from convention_values
    cross join thresholds
    group by
        convention,
        threshold
)

select * from final
