-- The number of test examples behind the scores of a curve, where those that are known agree; a score without one takes
-- that of its curve.
select
    task,
    subtask,
    metric,
    family,
    shots,
    any_value(n_test) as n_test,
    min(n_test_basis) filter (where n_test is not null) as n_test_basis
from tidy_rows
where set_aside_because is null
group by all
having count(distinct n_test) = 1
