-- tasks that sql/seeds/tasks.csv does not know, which would have no metric or no kind
-- add a line for each to sql/seeds/tasks.csv (task, subtask, preferred_metric, kind, is_aggregate); sql/seeds/README.md says how.
select task, subtask, count(*) as row_count
from stg_rows
anti join seed_tasks
    on seed_tasks.task = stg_rows.task
    and seed_tasks.subtask = stg_rows.subtask
    and seed_tasks.preferred_metric is not null
    and coalesce(seed_tasks.family = stg_rows.family, true)
where task is not null and subtask is not null
group by task, subtask
order by task, subtask
