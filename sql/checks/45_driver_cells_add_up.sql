-- cells of metric and n_test that hold more effective tasks than tasks, or that do not add up to the regression's curves
-- see the shares in sql/45_driver_cells.sql and the reasons in sql/42_driver_curves.sql.
select metric_class, n_test_class, curves, tasks, effective_tasks
from driver_cells
where effective_tasks > tasks + 1e-9
    or effective_tasks < 1 - 1e-9
    or (select sum(curves) from driver_cells) <> (
        select curves from driver_exclusions where outcome = 'with_infinite' and number = 0
    )
order by all
