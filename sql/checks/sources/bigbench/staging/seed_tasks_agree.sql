-- tasks of the scores that sql/seeds/annotations.csv does not know, which would be missing from Figures 5B and 5C
-- add a line for each to sql/seeds/annotations.csv; category not_listed if nobody has judged it.
select distinct task
from stg_scores
where task not in (select task from seed_annotations)
    -- A task that is missing from tasks.csv as well is the case of unknown_tasks.sql.
    and task in (select task from seed_tasks)
order by task
