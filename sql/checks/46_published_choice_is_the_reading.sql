-- specifications that change nothing but the reading and do not give that reading's own numbers
-- both must count the same curves: see sql/46_specification_curve.sql and sql/32_readings.sql.
select
    readings.reading,
    readings.threshold,
    readings.emergent as emergent_by_reading,
    specification_curve.emergent,
    readings.emergent_two_metrics as two_metrics_by_reading,
    specification_curve.emergent_two_metrics
from readings
left join specification_curve
    on specification_curve.reading = readings.reading
    and specification_curve.threshold = readings.threshold
    and families = 'all'
    and shots = 'all'
    and aggregates = 'in'
    and min_scales = 1
    and min_n_test = 'none'
where readings.threshold = getvariable('threshold')
    and (
        specification_curve.curves is distinct from readings.curves
        or specification_curve.emergent is distinct from readings.emergent
        or specification_curve.emergent_two_metrics is distinct from readings.emergent_two_metrics
    )
order by all
