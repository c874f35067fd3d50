-- How many families there are, and how many of them have the four scales that a test needs.
select
    count(*) as families,
    count(*) filter (where n_scales >= 4) as families_long
from families
