-- Per convention and pair of metrics: the curves that are emergent under both, under one, under the other. A curve counts
-- where the convention keeps it under both metrics; with fewer than four scales |E| is at most 2 whatever the metric.
with

valued as (
    select
        seed_conventions.convention,
        swap_curves.*,
        convention_value(from_status, from_score, is_absolute, keeps_infinite) as from_value,
        convention_value(to_status, to_score, is_absolute, keeps_infinite) as to_value,
        from_value > getvariable('threshold') as is_from,
        to_value > getvariable('threshold') as is_to
    from swap_curves
    cross join seed_conventions
),

final as (
    select
        convention,
        from_metric,
        to_metric,
        count(*) filter (where is_same_models and from_value is not null and to_value is not null) as curves,
        count(*) filter (where is_same_models and is_from and is_to) as emergent_under_both,
        count(*) filter (where is_same_models and is_from and is_to is not null) as emergent_under_from,
        count(*) filter (where is_same_models and is_to and is_from is not null) as emergent_under_to,
        count(*) filter (where is_same_models and is_from and not is_to) as emergent_under_from_only,
        count(*) filter (where is_same_models and not is_from and is_to) as emergent_under_to_only,
        median(log_ratio) filter (where is_same_models) as median_log_ratio,
        count(log_ratio) filter (where is_same_models and n_scales >= 4) as long_finite_curves,
        exp(median(log_ratio) filter (where is_same_models and n_scales >= 4)) as median_ratio_long,
        count(*) filter (where is_same_models and n_scales >= 4 and log_ratio < 0) as smaller_under_to_long,
        smaller_under_to_long / nullif(long_finite_curves, 0) as smaller_share_long,
        count(*) filter (where is_same_models and (from_value is null or to_value is null)) as left_out,
        count(*) filter (where not is_same_models) as other_models
    from valued
    group by
        convention,
        from_metric,
        to_metric
)

select * from final
