-- Whether each scenario agrees with the zero steps and the roughness of the curves, and what rules it out where not.
with

told as (
    select
        scenario,
        is_ruled_out,
        if(statistic = 'zero_steps', 'zero steps', statistic) as statistic,
        answers,
        n_test_class,
        abs(unexplained) / nullif(observed, 0) as off
    from scenario_checks
),

final as (
    select
        scenario,
        count(*) as checks,
        count(*) filter (where is_ruled_out) as failed,
        bool_or(is_ruled_out) as is_ruled_out,
        arg_max(
            statistic || ' (' || answers || ', ' || n_test_class || ' test examples)',
            off
        ) filter (where is_ruled_out) as worst
    from told
    group by scenario
)

select * from final
