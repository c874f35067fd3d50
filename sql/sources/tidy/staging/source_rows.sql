-- A tidy table says everything itself. Whoever made it chose its metrics, so each of them counts as preferred.
select
    row_id,
    task,
    subtask,
    metric,
    true as is_preferred,
    shots,
    family || ' ' || model as family_model,
    family,
    model,
    scale,
    'the source' as scale_basis,
    scale_name,
    null::double as low_score,
    null::double as high_score,
    score,
    source as path,
    false as may_be_averaged,
    set_aside_because
from tidy_rows
