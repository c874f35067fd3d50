-- Why tasks were not tested: how many for each reason.
select
    reason,
    count(*) as tasks
from tasks
where verdict = 'not tested'
group by reason
