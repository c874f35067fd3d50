-- What was estimated for smooth worlds, over all strata.
select
    count(shared) as strata,
    min(shared) as least_r,
    max(shared) as largest_r,
    max(noise) as largest_sigma,
    max(constant) as c,
    max(constant_low) as c_low,
    max(constant_high) as c_high
from strata
having count(shared) > 0
