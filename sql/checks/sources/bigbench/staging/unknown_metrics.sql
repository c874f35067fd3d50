-- preferred metrics that sql/seeds/metrics.csv does not know, which could not be told to be a proportion or not
-- add a line for each to sql/seeds/metrics.csv; sql/seeds/README.md says how.
select distinct metric
from stg_scores
-- A task may report numbers of its own beside its preferred metric: they are kept, and no finding rests on them.
where is_preferred and metric not in (select metric from seed_metrics)
order by metric
