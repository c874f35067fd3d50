select
    task,
    subtask,
    metric,
    is_preferred,
    shots,
    family,
    model,
    params,
    params_basis,
    low_score,
    high_score,
    score
from stg_rows
where set_aside_because is null
