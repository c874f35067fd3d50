-- The number of test examples behind the scores of a curve, as the table states it; not known where its models differ.
select
    task,
    subtask,
    metric,
    family,
    shots,
    any_value(n_test) as n_test,
    'source' as n_test_basis
from tidy_rows
where unusable_because is null
group by all
having count(distinct n_test) = 1
    and count(n_test) = count(*)
