-- finite emergence scores that no curve of so few test examples can have
-- a score is not a multiple of 1/n_test, so n_test is wrong: see sql/sources/bigbench/curves/n_test.sql.
-- Scores on the grid of n lie between 0 and 1, and a median step that is not 0 is at least 1/n; as the root mean square of
-- the two middle steps of an even number it is at least 1/n over the root of two.
select
    task,
    subtask,
    metric,
    shots,
    family,
    n_test,
    n_scales,
    emergence_score
from emergence
where status = 'finite'
    and n_test_basis in ('rule', 'grid')
    and abs(emergence_score) > n_test * if(n_scales % 2 = 0, 1, sqrt(2)) * (1 + 1e-9)
order by all
