-- How many of the numbers that the simulated benchmark was fitted to lie within its spread.
select
    quantity,
    count(*) as compared,
    count(*) filter (where is_within) as inside
from simulated_fit
group by quantity
