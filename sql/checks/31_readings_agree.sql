-- counts of emergent curves that differ between by_metric and readings
-- both must use the same threshold: see sql/31_by_metric.sql and sql/32_readings.sql.
select readings.reading, readings.emergent, sum(by_metric.emergent) as emergent_by_metric
from readings
inner join by_metric using (reading)
where readings.threshold = getvariable('threshold')
group by all
having readings.emergent <> sum(by_metric.emergent)
order by all
