-- Shares of flat and infinite curves by metric and number of test examples. The class is that of the committed curves,
-- so that a simulated curve is counted beside the real one in whose place it stands.
with

classed as (
    select
        case
            when emergence.metric in ('exact_str_match', 'multiple_choice_grade') then emergence.metric
            else 'others'
        end as metric,
        case
            when committed_curves.n_test is null then 5
            when committed_curves.n_test < 10 then 1
            when committed_curves.n_test < 50 then 2
            when committed_curves.n_test < 200 then 3
            else 4
        end as number,
        emergence.status
    from emergence
    inner join committed_curves using (task, subtask, metric, shots, family)
),

final as (
    select
        metric,
        number,
        ['below 10', '10 to 49', '50 to 199', '200 or more', 'not known'][number] as n_test_class,
        count(*) as curves,
        count(*) filter (where status = 'flat') / count(*) as share_flat,
        count(*) filter (where status = 'infinite') / count(*) as share_infinite
    from classed
    group by
        metric,
        number
)

select * from final
