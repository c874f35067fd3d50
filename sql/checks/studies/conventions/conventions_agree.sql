-- counts of emergent curves that differ between by_metric and conventions
-- both must use the same threshold: see sql/studies/conventions/by_metric.sql and sql/studies/conventions/conventions.sql.
select conventions.convention, conventions.emergent, sum(by_metric.emergent) as emergent_by_metric
from conventions
inner join by_metric using (convention)
where conventions.threshold = getvariable('threshold')
group by all
having conventions.emergent <> sum(by_metric.emergent)
order by all
