-- Figures 5B and 5C: the annotated emergent tasks, each counted once at its task-level preferred metric.
select
    task_level_preferred_metric as metric,
    count(*) as tasks,
    tasks / sum(tasks) over () as share
from seed_annotations
where is_emergent
group by metric
