-- Which subtasks the rows that were set aside belong to.
select
    reason,
    task,
    subtask,
    count(*) as row_count
from rows_set_aside
group by all
