-- tasks whose files prefer one metric for some models of a family and another for the rest, so that no curve is preferred throughout
-- see which files are of another version of the task, or let the metric that most of them prefer count with KEEP_GOING=1.
select
    task,
    subtask,
    shots,
    family,
    list(distinct metric)::varchar as metrics
from stg_scores
where is_preferred
    and not coalesce(getvariable('keep_going'), false)
group by all
having count(distinct metric) > 1
order by all
