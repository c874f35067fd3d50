-- The tasks that people called emergent: how many have a late gain, are smooth, or cannot be judged; and how many others
-- have a late gain.
with

classes as (
    select
        *,
        starts_with(annotated_class, 'emergent') as is_emergent
    from task_classes
)

select
    coalesce(sum(tasks), 0) as tasks,
    coalesce(sum(tasks) filter (where verdict = 'late gain'), 0) as late_gains,
    coalesce(sum(repeated), 0) as late_gains_repeated,
    coalesce(sum(tasks) filter (where verdict = 'smooth'), 0) as smooth,
    coalesce(sum(tasks) filter (where verdict not in ('late gain', 'jump', 'smooth', 'falls')), 0) as undecided,
    (select coalesce(sum(tasks), 0) from classes where verdict = 'late gain' and not is_emergent) as late_gains_elsewhere
from classes
where is_emergent
