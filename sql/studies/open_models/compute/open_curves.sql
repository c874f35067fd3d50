-- Per metric of a data set: what becomes of its curves, and what the tests find in them.
select
    emergence.metric,
    coalesce(known_metrics.is_proportion, false) as is_proportion,
    count(*) as curves,
    count(*) filter (where emergence.n_scales >= 4) as curves_of_four,
    count(*) filter (where emergence.status = 'finite') as finite,
    count(*) filter (where emergence.status = 'flat') as flat,
    count(*) filter (where emergence.status = 'infinite') as infinite,
    count(*) filter (
        where emergence.status = 'finite' and abs(emergence.emergence_score) > getvariable('threshold')
    ) as emergent_published,
    count(*) filter (
        where isfinite(emergence.emergence_score) and abs(emergence.emergence_score) > getvariable('threshold')
            or isinf(emergence.emergence_score)
    ) as emergent_with_infinite,
    max(abs(emergence.emergence_score)) filter (where emergence.status = 'finite') as largest_finite,
    count(*) filter (where tests.is_tested and not tests.is_exploratory) as tested,
    count(*) filter (where not tests.is_exploratory and tests.without_1_upper_q < 0.05) as late_gains,
    count(*) filter (where not tests.is_exploratory and tests.without_1_lower_q < 0.05) as below_forecast,
    count(*) filter (where not tests.is_exploratory and tests.broken_q < 0.05) as broken,
    count(*) filter (where tests.jump_excluded_20) as jump_excluded_20
from emergence
left join curve_tests as tests using (curve_id)
left join known_metrics
    on known_metrics.metric = emergence.metric
where not emergence.is_aggregate
group by all
