-- tasks that sql/seeds/tasks.csv does not know, which would have no metric
-- add a line for each to sql/seeds/tasks.csv (task, subtask, preferred_metric, kind, is_aggregate); sql/seeds/README.md says how.
select task, subtask, count(*) as row_count
from stg_rows
where metric is null and task is not null and subtask is not null
group by task, subtask
order by task, subtask
