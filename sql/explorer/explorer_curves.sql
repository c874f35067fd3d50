-- One row per curve of the explorer. JSON has no infinity: an infinite E is its direction alone.
select
    curve_id,
    task,
    subtask,
    is_aggregate,
    metric,
    shots,
    family,
    n_scales,
    n_test,
    n_test_class(n_test) as n_test_class,
    lowest,
    highest,
    last_score,
    span,
    status,
    if(isfinite(emergence_score), emergence_score, null) as emergence_score,
    sign(emergence_score)::integer as direction
from emergence
order by curve_id
