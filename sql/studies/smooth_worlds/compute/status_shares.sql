-- Shares of flat and infinite curves by metric and number of test examples. The class is that of the committed curves,
-- so that a simulated curve is counted beside the real one in whose place it stands.
with

classed as (
    select
        case
            when emergence.metric in ('exact_str_match', 'multiple_choice_grade') then emergence.metric
            else 'others'
        end as metric,
        n_test_class(committed_curves.n_test) as n_test_class,
        emergence.status
    from emergence
    inner join committed_curves using (task, subtask, metric, shots, family)
),

final as (
    select
        metric,
        n_test_class,
        count(*) as curves,
        count(*) filter (where status = 'flat') / count(*) as share_flat,
        count(*) filter (where status = 'infinite') / count(*) as share_infinite
    from classed
    group by
        metric,
        n_test_class
)

select * from final
