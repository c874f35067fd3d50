-- The tasks with late gains, and how many of their curves could have one.
select
    task,
    count(*) as curves,
    count(*) filter (where q < 0.05) as gains,
    min(p) as smallest_p,
    string_agg(distinct family, ', ' order by family) filter (where q < 0.05) as families,
    count(distinct family) as families_tested
from late_tests
where side = 'upper'
group by task
having gains > 0
