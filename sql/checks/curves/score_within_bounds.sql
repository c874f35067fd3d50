-- emergence scores that no curve of that many scales can have (|E| is 1 with two scales and 1 to 2 with three)
-- see sql/curves/curve_emergence.sql: a step is missing or the median is not one.
select task, subtask, metric, shots, family, n_scales, emergence_score
from emergence_all
where status in ('finite', 'infinite')
    and (
        (n_scales = 2 and abs(abs(emergence_score) - 1) > 1e-9)
        or (n_scales = 3 and (abs(emergence_score) < 1 - 1e-9 or abs(emergence_score) > 2 + 1e-9))
        or abs(emergence_score) < 1 - 1e-9
    )
order by all
