-- Late gains and losses after correction: found, and those that each smooth scenario gives over all tested curves.
with

in_scenarios as (
    select
        scenario,
        sum(found) filter (where side = 'upper')::bigint as gains,
        sum(found) filter (where side = 'lower')::bigint as losses,
        max(found) filter (where side = 'upper') as largest_family_gains
    from late_gain_scenarios
    group by scenario
),

ruled_out as (
    select
        scenario,
        bool_or(is_ruled_out) as is_ruled_out
    from scenario_checks
    group by scenario
),

final as (
    select *
    from in_scenarios
    left join ruled_out using (scenario)
    where (select is_bigbench from options)
)

select * from final
