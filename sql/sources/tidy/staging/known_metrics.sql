-- What is known of every metric: what the source says, or else the seeds, BIG-bench's first.
with

own as (
    select
        metric,
        any_value(base_metric) as base_metric,
        bool_and(higher_is_better) as higher_is_better,
        bool_and(is_proportion) as is_proportion
    from tidy_rows
    where set_aside_because is null
    group by metric
),

final as (
    select
        own.metric,
        coalesce(own.is_proportion, seed_metrics.is_proportion, seed_common_metrics.is_proportion, false) as is_proportion,
        coalesce(
            own.higher_is_better,
            seed_metrics.direction = 'higher_is_better',
            seed_common_metrics.higher_is_better
        ) as higher_is_better,
        coalesce(seed_common_metrics.is_log_scaled, false) as is_log_scaled,
        -- Its best value lies between its ends, so that it has no gain and no fall.
        seed_common_metrics.neutral is not null as is_neutral,
        -- `choices`: a guess among the choices can be right; `zero`: free answers, which nobody guesses.
        seed_common_metrics.chance_from
    from own
    left join seed_metrics
        on seed_metrics.metric = own.base_metric
    left join seed_common_metrics
        on seed_common_metrics.metric = own.base_metric
)

select * from final
