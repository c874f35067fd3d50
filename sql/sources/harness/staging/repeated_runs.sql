-- The cells that were run more than once, with what the runs gave.
select
    task,
    metric,
    shots,
    model,
    if(isinf(checkpoint), null, checkpoint)::bigint as step,
    count(*) as runs,
    arg_min(score, run) as kept,
    min(score) as lowest,
    max(score) as highest,
    max(score) - min(score) as spread,
    (max(score) - min(score)) / nullif(max(standard_error), 0) as spread_in_standard_errors
from harness_runs
where run is not null
group by all
having count(*) > 1
