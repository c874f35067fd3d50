-- keys with more than one score, of which none can be trusted
-- find out which score is right and leave the other out of the table.
select task, subtask, metric, shots, family, model, min(score) as lowest, max(score) as highest
from stg_scores
group by all
having count(*) > 1
order by all
