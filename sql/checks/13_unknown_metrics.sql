-- metrics that sql/seeds/metrics.csv does not know, which could not be told to be a proportion or not
-- add a line for each to sql/seeds/metrics.csv; sql/seeds/README.md says how.
select distinct metric
from stg_scores
where metric not in (select metric from seed_metrics)
order by metric
