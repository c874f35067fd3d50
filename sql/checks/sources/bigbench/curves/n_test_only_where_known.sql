-- test sizes without a basis, or on aggregates and metrics that are no proportions
-- see sql/sources/bigbench/curves/n_test.sql.
select task, subtask, metric, family, n_test, n_test_basis
from emergence_all
left join known_metrics using (metric)
where (n_test is null) <> (n_test_basis is null)
    or (n_test is not null and (is_aggregate or not coalesce(is_proportion, false)))
    or n_test < 1
order by all
