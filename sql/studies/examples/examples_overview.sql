-- What the comparisons of neighbouring models say, and how much alike two neighbours find the examples: r is known where
-- its interval is shorter than a half.
with

known as (
    select
        *,
        if(r_high - r_low < 0.5, r, null) as sure_r
    from compared_examples
)

select
    count(*) as pairs,
    count(*) filter (where verdict = 'larger better') as better,
    count(*) filter (where verdict = 'larger worse') as worse,
    count(*) filter (where verdict = 'cannot be told') as untold,
    count(sure_r) as known_r,
    count(sure_r) filter (where r_low > 0) as above_zero,
    median(sure_r) as median_r,
    quantile_cont(sure_r, 0.1) as low_r,
    quantile_cont(sure_r, 0.9) as high_r
from known
having count(*) > 0
