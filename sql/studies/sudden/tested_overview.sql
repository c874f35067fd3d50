-- How many curves were tested, how unevenly the tested proportions are spread over tasks, and how well smooth models fit.
with

by_task as (
    select
        task,
        count(*) as curves,
        row_number() over (order by curves desc, task) as place
    from curve_tests
    where is_tested
        and basis = 'binomial'
    group by task
),

tasks as (
    select
        count(*) as tasks,
        sum(curves) filter (where place <= 3) / sum(curves) as share_of_largest_three,
        -- That of as many equally large tasks: 1 / sum of squared shares.
        sum(curves) ** 2 / sum(curves ** 2) as effective_tasks
    from by_task
),

kinds as (
    select
        count(*) as curves,
        count(*) filter (where is_tested and basis = 'binomial') as proportions,
        count(*) filter (where is_tested and basis = 'gaussian') as other_metrics,
        count(*) filter (where is_exploratory and is_tested) as exploratory,
        count(*) filter (where is_tested and basis = 'binomial' and goodness_p is not null) as fit_testable,
        count(*) filter (where is_tested and basis = 'binomial' and goodness_p < 0.05) as fit_rejected,
        count(*) filter (where is_tested and basis = 'binomial' and goodness_q < 0.05) as fit_rejected_corrected
    from curve_tests
),

final as (
    select *
    from kinds
    cross join tasks
)

select * from final
