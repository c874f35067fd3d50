-- E-emergent curves of all tested proportions, observed and in each scenario, by convention.
select
    seed_scenarios.place,
    scenario_counts.scenario,
    seed_scenarios.meaning,
    convention,
    curves,
    observed,
    expected,
    expected_low,
    expected_high,
    scenario_counts.unexplained,
    unexplained_low,
    unexplained_high,
    share,
    share_low,
    share_high,
    coalesce(is_ruled_out, false) as is_ruled_out,
    coalesce(checks, 0) as checks,
    coalesce(failed, 0) as failed,
    worst
from scenario_counts
inner join seed_scenarios using (scenario)
left join scenario_verdicts using (scenario)
where metric = 'all'
    and n_test_class = 'all'
    and temperature = 'all'
