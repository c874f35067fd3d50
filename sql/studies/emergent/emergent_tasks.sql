-- The emergent curves of the published convention by task.
select
    task,
    metric,
    count(*) as curves,
    string_agg(distinct family, ', ' order by family) as families,
    max(abs(emergence_score)) as largest,
    min(n_test) as smallest_n_test
from emergent_curves
group by
    task,
    metric
