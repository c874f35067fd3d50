-- curves that are emergent although arithmetic says that they could not be
-- a score is off the grid of its n_test, or the bound in sql/42_driver_curves.sql is wrong.
select outcome, task, subtask, metric, shots, family, n_test, n_scales
from driver_outcomes
where number = 7
    and is_emergent
order by all
