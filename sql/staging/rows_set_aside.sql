select
    set_aside_because as reason,
    task,
    subtask,
    metric,
    shots,
    family,
    model,
    score
from stg_rows
where set_aside_because is not null
