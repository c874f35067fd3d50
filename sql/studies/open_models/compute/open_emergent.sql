-- The curves with a finite E over the threshold, one by one; and of a metric without bounds, the E of its logarithm.
with

lists as (
    select
        curve_id,
        list(if(score > 0, ln(score), null) order by position) as logs
    from curve_points
    group by curve_id
),

of_logs as (
    select
        curve_id,
        (list_max(logs) - list_min(logs))
            / sqrt(list_median(list_transform(logs[2:], lambda one, i: (one - logs[i]) * (one - logs[i]))))
            as size
    from lists
    where len(list_filter(logs, lambda one: one is not null)) = len(logs)
)

select
    emergence.task,
    emergence.metric,
    emergence.shots,
    emergence.family,
    emergence.n_scales,
    emergence.emergence_score,
    if(known_metrics.is_log_scaled, sign(emergence.emergence_score) * of_logs.size, null) as emergence_score_of_log,
    tests.without_1_upper_q as late_gain_q
from emergence
left join of_logs using (curve_id)
left join known_metrics
    on known_metrics.metric = emergence.metric
left join curve_tests as tests using (curve_id)
where emergence.status = 'finite'
    and abs(emergence.emergence_score) > getvariable('threshold')
    and not emergence.is_aggregate
