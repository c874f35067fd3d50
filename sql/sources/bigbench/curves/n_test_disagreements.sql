-- Task-subtask-family cells whose scores do not lie on the grid of the rule's n; smallest_grid is null where none fits.
select
    task,
    subtask,
    metric,
    family,
    n_examples,
    n_rule,
    n_grid as smallest_grid,
    n_inner_scores as distinct_inner_scores,
    is_on_rule_grid_if_rounded
from n_test
where n_rule is not null
    and n_test_basis is null
