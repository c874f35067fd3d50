-- How many curves there are, of how many tasks, metrics and families, and how many are too short to be emergent.
select
    count(*) as curves,
    count(distinct task) as tasks,
    count(distinct metric) as metrics,
    count(distinct family) as families,
    count(*) filter (where n_scales in (2, 3)) as of_two_or_three_scales
from emergence
