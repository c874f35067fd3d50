-- curves that are in the regression twice, or that are in it together with their copy
-- see the joins in sql/studies/metric_and_size/regressed_curves.sql.
select
    curve_id,
    count(*) as times
from regressed_curves
group by curve_id
having count(*) > 1
    or curve_id in (select curve_copies.curve_id from curve_copies)
order by curve_id
