-- The tasks that people called emergent: how many have a late gain, are smooth, or cannot be judged.
select
    coalesce(sum(tasks), 0) as tasks,
    coalesce(sum(tasks) filter (where verdict = 'late gain'), 0) as late_gains,
    coalesce(sum(repeated), 0) as late_gains_repeated,
    coalesce(sum(tasks) filter (where verdict = 'smooth'), 0) as smooth,
    coalesce(sum(tasks) filter (where verdict not in ('late gain', 'earlier jump', 'smooth', 'falls')), 0) as undecided
from task_classes
where starts_with(annotated_class, 'emergent')
