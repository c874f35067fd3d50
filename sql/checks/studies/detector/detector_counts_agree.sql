-- rates of a detector that its own counts do not give, or that are over other curves than the truth's
-- see sql/studies/detector/detector_observed.sql.
with

numbered as (
    select
        *,
        max(curves) over (partition by truth) as curves_of_truth,
        max(positives) over (partition by truth) as positives_of_truth
    from detector_observed
)

select convention, truth, curves, positives, found, sensitivity, specificity, area
from numbered
where found > positives
    or positives > curves
    or sensitivity is distinct from found / nullif(positives, 0)
    or abs(specificity - (1 - false_alarms / nullif(curves - positives, 0))) > 1e-12
    or not coalesce(area between 0 and 1, true)
    -- The x-aware one alone may leave out curves: those without a scale for every model.
    or (convention <> 'x-aware' and (curves <> curves_of_truth or positives <> positives_of_truth))
order by all
