-- How many curves have an upward step that curvature does not explain, after correction.
select count(*) as curves
from broken_curves
