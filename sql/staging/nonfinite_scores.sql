-- The scores that are NaN or infinite: kept as they are, and counted.
select
    metric,
    is_preferred,
    score::varchar as score,
    count(*) as score_count
from stg_scores
where not isfinite(score)
group by all
