-- E-emergent curves with infinite scores kept, by metric and class of n_test, observed and in the scenarios that are not ruled out.
with

plausible as (
    select scenario
    from scenario_overview
    where convention = 'with_infinite'
        and (not is_ruled_out or not exists (from scenario_overview where not is_ruled_out))
),

final as (
    select
        metric,
        n_test_class,
        number,
        max(curves) as curves,
        max(tasks) as tasks,
        max(observed) as observed,
        min(expected) as least,
        max(expected) as largest,
        min(unexplained_low) as unexplained_low,
        max(unexplained_high) as unexplained_high
    from scenario_counts
    semi join plausible using (scenario)
    inner join seed_n_test_classes using (n_test_class)
    where convention = 'with_infinite'
        and metric <> 'all'
        and temperature = 'all'
    group by
        metric,
        n_test_class,
        number
)

select * from final
