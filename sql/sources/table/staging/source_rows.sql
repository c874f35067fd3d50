-- The pinned table, renamed: it names neither metric nor family, and holds preferred scores only.
select
    row_number() over () as row_id,
    task_name as task,
    subtask_description as subtask,
    null::varchar as metric,
    true as is_preferred,
    number_of_shots as shots,
    model_family_model_name as family_model,
    null::varchar as family,
    null::varchar as model,
    null::double as scale,
    null::varchar as scale_basis,
    'effective parameters' as scale_name,
    null::double as low_score,
    null::double as high_score,
    score_value as score,
    null::varchar as path,
    -- The table's authors averaged duplicate rows; other sources hold what was measured.
    true as may_be_averaged,
    null::varchar as set_aside_because
from source_table
