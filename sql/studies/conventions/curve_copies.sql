-- The curves of BIG-G at temperature 1 beside those of the same models at temperature 0 on the same task, metric and shots.
select
    copies.curve_id,
    originals.curve_id as original_id
from emergence as copies
inner join emergence as originals using (task, subtask, metric, shots)
where copies.family = 'BIG-G T=1'
    and originals.family = 'BIG-G T=0'
