-- rows without a task, subtask, shots, model or score, which belong to no curve
-- the table is damaged; fetch it again, or mend these rows.
select row_id, task, subtask, shots, family_model, score
from stg_rows
where coalesce(set_aside_because, 'averaged') in ('averaged', 'conflicting', 'duplicate')
    and (
        task is null
        or subtask is null
        or shots is null
        or family_model is null
        or score is null
    )
order by row_id
