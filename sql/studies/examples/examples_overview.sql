-- What the comparisons of neighbouring models say, and how much alike two neighbours find the examples: r is known where
-- its interval is shorter than a half.
select
    count(*) as pairs,
    count(distinct task) as tasks,
    count(*) filter (where verdict = 'larger better') as better,
    count(*) filter (where verdict = 'larger worse') as worse,
    count(*) filter (where verdict = 'cannot be told') as untold,
    count(*) filter (where r_high - r_low < 0.5) as known_r,
    count(*) filter (where r_high - r_low < 0.5 and r_low > 0) as above_zero,
    median(r) filter (where r_high - r_low < 0.5) as median_r,
    quantile_cont(r, 0.1) filter (where r_high - r_low < 0.5) as low_r,
    quantile_cont(r, 0.9) filter (where r_high - r_low < 0.5) as high_r
from compared_examples
having count(*) > 0
