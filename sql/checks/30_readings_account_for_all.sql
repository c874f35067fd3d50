-- readings whose curves, kept and left out, are not all the curves
-- see sql/30_reading_values.sql and sql/31_by_metric.sql.
select reading, sum(curves) as kept, sum(left_out) as left_out
from by_metric
group by reading
having sum(curves) + sum(left_out) <> (select count(*) from emergence)
order by reading
