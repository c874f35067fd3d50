-- How many proportions, and how many curves of other metrics, have an upward step that curvature does not explain, after correction.
select
    count(*) filter (where basis = 'binomial') as curves,
    count(*) filter (where basis <> 'binomial') as others
from broken_curves
