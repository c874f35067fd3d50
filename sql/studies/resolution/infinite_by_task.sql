-- Which tasks the infinite curves come from.
select
    task,
    count(*) as curves,
    count(*) filter (where status = 'infinite') as infinite,
    infinite / sum(infinite) over () as share_of_infinite,
    count(*) filter (where status = 'infinite' and ends_worst) as end_worst,
    count(*) filter (where status = 'infinite' and ends_worst and emergence_score > 0) as blips,
    min(n_test) filter (where status = 'infinite') as smallest_n_test,
    max(n_test) filter (where status = 'infinite') as largest_n_test
from emergence
group by task
having count(*) filter (where status = 'infinite') > 0
