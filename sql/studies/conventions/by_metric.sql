-- Per convention and metric: the curves it keeps, and their values.
select
    convention,
    metric,
    count(*) filter (where is_kept) as curves,
    count(*) filter (where status = 'flat') as flat,
    count(*) filter (where status = 'infinite') as infinite,
    count(*) filter (where not is_kept) as left_out,
    min(value) as minimum,
    median(value) as median,
    max(value) as maximum,
    count(*) filter (where is_emergent) as emergent
from convention_values
group by
    convention,
    metric
