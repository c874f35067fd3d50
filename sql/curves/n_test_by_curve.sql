-- The number of test examples behind the scores of each curve. A row of n_test without shots holds for all of them.
select
    curves.curve_id,
    n_test.n_test,
    n_test.n_test_basis
from curves
inner join n_test
    on n_test.task = curves.task
    and n_test.subtask = curves.subtask
    and n_test.metric = curves.metric
    and n_test.family = curves.family
    and coalesce(n_test.shots = curves.shots, true)
