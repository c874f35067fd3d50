-- What people said of a task against its verdict: one row per annotated class and verdict; and how many of its late gains
-- another family repeats.
select
    coalesce(annotated_class, 'not annotated') as annotated_class,
    verdict,
    count(*) as tasks,
    count(*) filter (where is_repeated) as repeated
from tasks
group by
    annotated_class,
    verdict
order by
    annotated_class,
    verdict
