-- Of each test at 5 %, for the curves that were calibrated: where nothing is planted, the least and the largest share that it rejects over the scenarios that the scores do not rule out.
with

plausible as (
    select scenario
    from scenario_checks
    group by scenario
    having not bool_or(is_ruled_out)
),

-- Where every scenario is ruled out, none is nearer than the others.
considered as (
    select distinct
        calibration.scenario,
        plausible.scenario is not null or not exists (from plausible) as is_plausible
    from calibration
    left join plausible using (scenario)
),

final as (
    select
        test,
        min(rejected_share) filter (where is_plausible) as least,
        max(rejected_share) filter (where is_plausible) as largest,
        case
            when bool_or(verdict = 'liberal') filter (where is_plausible) then 'liberal'
            when bool_or(verdict = 'conservative') filter (where is_plausible) then 'conservative'
            else 'holds'
        end as verdict,
        max(rejected_share) as largest_of_all,
        string_agg(scenario, ', ' order by scenario) filter (where verdict = 'liberal') as liberal_in
    from calibration
    inner join considered using (scenario)
    where (select is_bigbench from options)
        and jump = 0
        and n_test_class = 'all'
        and verdict is not null
        and verdict <> ''
    group by test
)

select * from final
