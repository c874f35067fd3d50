-- What becomes of a curve's status under another metric.
select
    from_metric,
    to_metric,
    from_status,
    to_status,
    count(*) as curves
from swap_curves
where is_same_models
group by all
