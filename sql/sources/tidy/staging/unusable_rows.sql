-- The rows that cannot be used, as counted from the first row under the header.
select
    row_id as row_number,
    unusable_because as reason,
    task,
    subtask,
    metric,
    family,
    model
from tidy_rows
where unusable_because is not null
