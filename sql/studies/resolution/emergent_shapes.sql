-- How many of each convention's emergent curves span one test example at most, and how many end at the lowest score.
with

picked as (
    select
        convention_values.convention,
        convention_values.ends_worst,
        -- A score is a share of n_test only where the metric is a proportion.
        case when seed_metrics.is_proportion then convention_values.n_test end as n_test,
        convention_values.span
    from convention_values
    left join seed_metrics using (metric)
    where is_emergent
),

final as (
    select
        seed_conventions.convention,
        count(picked.convention) as emergent,
        count(n_test) as with_n_test,
        count(*) filter (where span * n_test < 1.5) as one_example,
        one_example / nullif(with_n_test, 0) as share_one_example,
        count(*) filter (where ends_worst) as end_worst,
        end_worst / nullif(emergent, 0) as share_end_worst
    from seed_conventions
    left join picked using (convention)
    group by seed_conventions.convention
)

select * from final
