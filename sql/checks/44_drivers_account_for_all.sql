-- outcomes whose curves, in the regression and left out, are not all the curves
-- see the reasons in sql/42_driver_curves.sql and sql/43_driver_outcomes.sql.
select outcome, sum(curves) as curves
from driver_exclusions
group by outcome
having sum(curves) <> (select count(*) from emergence)
order by outcome
