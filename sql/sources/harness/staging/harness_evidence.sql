-- Whether a metric that no seed knows is a mean of zeros and ones: then every value between 0 and 1 lies on the grid of its
-- test size.
select
    base_metric,
    metric,
    -- What most files say; higher is better where they are evenly split.
    count(*) filter (where higher_is_better) >= nullif(count(higher_is_better), 0) / 2 as higher_is_better,
    coalesce(
        bool_and(score * n_test between round(score * n_test) - 0.01 and round(score * n_test) + 0.01)
            filter (where score > 0 and score < 1),
        false
    )
    and min(score) filter (where isfinite(score)) >= 0
    and max(score) filter (where isfinite(score)) <= 1
    and count(n_test) filter (where score > 0 and score < 1)
        = count(*) filter (where score > 0 and score < 1) as is_proportion
from harness_runs
where run is not null
    and not is_aggregate
group by all
