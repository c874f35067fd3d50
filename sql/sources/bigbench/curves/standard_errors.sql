-- None: BIG-bench publishes scores without their standard errors.
select
    task,
    subtask,
    metric,
    shots,
    family,
    model,
    null::double as standard_error
from stg_scores
where false
