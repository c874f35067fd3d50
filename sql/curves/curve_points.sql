-- The scores of each curve, in the order of scale; models of one size stand in the order of their names.
select
    curves.curve_id,
    (row_number() over (
        partition by curves.curve_id
        order by stg_scores.scale nulls first, stg_scores.model
    ))::integer as position,
    stg_scores.model,
    stg_scores.scale,
    stg_scores.score
from stg_scores
inner join curves using (task, subtask, metric, shots, family)
order by
    curve_id,
    position
