-- conventions whose curves, kept and left out, are not all the curves
-- see sql/studies/conventions/convention_values.sql and sql/studies/conventions/by_metric.sql.
select convention, sum(curves) as kept, sum(left_out) as left_out
from by_metric
group by convention
having sum(curves) + sum(left_out) <> (select count(*) from emergence)
order by convention
