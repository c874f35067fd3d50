-- The natural experiment: the same models at temperature 0, where equal models answer alike, and 1, where they need not: free answers on the fewest test examples.
with

strata_of_fewest as (
    select
        temperature,
        curves,
        tasks,
        zero_steps,
        zero_steps_independent,
        shared,
        shared_low,
        shared_high
    from strata
    inner join seed_n_test_classes using (n_test_class)
    where answers = 'free answer'
    qualify number = min(number) over ()
),

emergent as (
    select
        scenario,
        temperature,
        observed,
        expected
    from scenario_counts
    where convention = 'with_infinite'
        and metric = 'all'
        and n_test_class = 'all'
        and scenario = 'independent examples'
),

final as (
    select
        strata_of_fewest.*,
        emergent.observed as emergent,
        emergent.expected as emergent_independent
    from strata_of_fewest
    left join emergent using (temperature)
)

select * from final
