-- How many curves each regression has, and how many it leaves out for which reason.
select
    outcome,
    threshold,
    number,
    part,
    count(*) as curves,
    count(distinct task) as tasks,
    count(*) filter (where is_emergent) as emergent,
    count(distinct task) filter (where is_emergent) as tasks_with_emergent
from driver_outcomes
group by
    outcome,
    threshold,
    number,
    part
