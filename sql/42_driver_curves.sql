-- Every curve with what may make it look emergent, and why it is left out of the regressions; one reason each, the first
-- that applies. An outcome is null where its reading leaves the curve out.
with

readings as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        any_value(value) filter (where reading = 'published') as published,
        any_value(value) filter (where reading = 'with_infinite') as with_infinite
    from reading_values
    group by all
),

-- The same models at two sampling temperatures, on the same task, metric and shots.
copies as (
    select
        warm.task,
        warm.subtask,
        warm.metric,
        warm.shots,
        warm.family
    from emergence as warm
    inner join emergence as cold using (task, subtask, metric, shots)
    where warm.family = 'BIG-G T=1'
        and cold.family = 'BIG-G T=0'
),

final as (
    select
        emergence.task,
        emergence.subtask,
        emergence.metric,
        emergence.shots,
        emergence.family,
        if(
            emergence.metric in (select seed_two_metrics.metric from seed_two_metrics),
            emergence.metric,
            'other'
        ) as metric_class,
        emergence.n_test,
        case
            when emergence.n_test < 10 then 1
            when emergence.n_test < 50 then 2
            when emergence.n_test < 200 then 3
            when emergence.n_test is not null then 4
        end as n_test_number,
        ['below 10', '10 to 49', '50 to 199', '200 or more'][n_test_number] as n_test_class,
        emergence.n_scales,
        emergence.status,
        readings.published > getvariable('threshold') as is_published,
        readings.with_infinite > getvariable('threshold') as is_with_infinite,
        -- So few finite scores pass the threshold that only a lower one leaves something to regress. Steps of a tenth come out
        -- of the subtraction a little short, and an E of exactly 10 a little over.
        readings.published > getvariable('threshold') / 10 * (1 + 1e-9) as is_published_tenth,
        -- Scores on the grid of n lie between 0 and 1, and a median step that is not 0 is at least 1/n; as the root mean
        -- square of the two middle steps it is at least 1/n over the root of two.
        case
            when emergence.n_test_basis in ('rule', 'grid')
                then emergence.n_test * if(emergence.n_scales % 2 = 0, 1, sqrt(2))
        end as largest_finite,
        copies.task is not null as is_copy,
        case
            when emergence.status in ('single', 'invalid') then 1
            when emergence.is_aggregate then 2
            when emergence.n_scales < 4 then 3
            when emergence.n_test is null then 4
            when is_copy then 5
        end as left_out_number,
        [
            'single scale or invalid score',
            'aggregate',
            'two or three scales: |E| is at most 2',
            'n_test not known',
            'BIG-G T=1 copy of a T=0 curve'
        ][left_out_number] as left_out_because
    from emergence
    left join readings using (task, subtask, metric, shots, family)
    left join copies using (task, subtask, metric, shots, family)
)

select * from final
