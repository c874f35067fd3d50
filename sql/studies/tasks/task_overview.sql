-- What the first page says of all tasks.
select
    count(*) as tasks,
    sum(curves) as curves,
    sum(curves_tested) as curves_tested,
    count(*) filter (where verdict = 'late gain') as late_gains,
    count(*) filter (where verdict = 'jump') as jumps,
    count(*) filter (where e_emergent_with_infinite > 0) as emergent,
    count(*) filter (where e_emergent_with_infinite > 0 and verdict not in ('late gain', 'jump')) as emergent_not_sudden,
    count(*) filter (where other_metrics is not null) as other_under_another_metric
from tasks
