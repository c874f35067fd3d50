-- The standard error of each score, where the table states one.
select
    task,
    subtask,
    metric,
    shots,
    family,
    model,
    standard_error
from tidy_rows
where set_aside_because is null
    and standard_error is not null
