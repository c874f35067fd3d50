-- One row per key under which the source holds different scores, all of them set aside: which of them is right?
select
    task,
    subtask,
    metric,
    shots,
    family,
    model,
    string_agg(score::varchar, ', ' order by row_id) as scores,
    string_agg(path, ', ' order by row_id) as paths
from stg_rows
where set_aside_because = 'conflicting'
group by all
