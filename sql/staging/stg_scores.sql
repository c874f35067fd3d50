select
    task,
    subtask,
    metric,
    is_preferred,
    shots,
    family,
    model,
    scale,
    scale_basis,
    scale_name,
    low_score,
    high_score,
    score
from stg_rows
where set_aside_because is null
