select
    task,
    subtask,
    metric,
    shots,
    family,
    model,
    params,
    score
from stg_rows
where set_aside_because is null
