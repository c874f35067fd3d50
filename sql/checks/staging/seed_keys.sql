-- seed rows with the same key, which would multiply scores
-- leave one row a key in the seed table that is named.
select 'tasks.csv' as seed, task || ', ' || subtask || ', ' || coalesce(family, 'all families') as seed_key
from seed_tasks
group by task, subtask, family
having count(*) > 1
union all
select 'models.csv', family || ', ' || model
from seed_models
group by family, model
having count(*) > 1
union all
select 'annotations.csv', task
from seed_annotations
group by task
having count(*) > 1
order by all
