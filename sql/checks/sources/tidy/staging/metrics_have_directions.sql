-- metrics of which nobody says whether a higher score is better, so that a rise could be a fall
-- add a column higher_is_better to the table: 1 where higher is better, 0 where lower is.
select metric
from known_metrics
where higher_is_better is null
order by metric
