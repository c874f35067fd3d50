-- The verdict of each task.
select
    task,
    verdict
from tasks
order by task
