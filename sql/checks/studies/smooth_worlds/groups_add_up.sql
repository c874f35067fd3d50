-- conventions and scenarios whose classes of n_test do not add up to all curves
-- see the groups that pipeline/curve_tests/world_tables.py makes.
with

classes as (
    select
        scenario,
        convention,
        sum(observed) as observed,
        sum(curves) as curves
    from scenario_counts
    where metric = 'all'
        and temperature = 'all'
        and n_test_class <> 'all'
    group by all
)

select
    scenario_overview.scenario,
    scenario_overview.convention,
    scenario_overview.observed,
    classes.observed as observed_by_class
from scenario_overview
left join classes using (scenario, convention)
where classes.observed is distinct from scenario_overview.observed
    or classes.curves is distinct from scenario_overview.curves
order by all
