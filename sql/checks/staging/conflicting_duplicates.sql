-- keys with more than one score, of which none can be trusted
-- find out which score is right and leave the other out of the source, or set them all aside with KEEP_GOING=1.
select task, subtask, metric, shots, family, model, scores, paths
from conflicting_rows
where not coalesce(getvariable('keep_going'), false)
order by all
