-- The direction of every metric of the table: its own, or else that of sql/seeds/metrics.csv.
with

own as (
    select
        metric,
        bool_and(higher_is_better) as higher_is_better
    from tidy_rows
    where unusable_because is null
    group by metric
),

final as (
    select
        metric,
        coalesce(seed_metrics.is_proportion, false) as is_proportion,
        coalesce(
            own.higher_is_better,
            case seed_metrics.direction
                when 'higher_is_better' then true
                when 'lower_is_better' then false
            end
        ) as higher_is_better
    from own
    left join seed_metrics using (metric)
)

select * from final
