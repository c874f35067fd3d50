-- Per operation and prompt: the curves of single first operands, 50 examples each, by what becomes of them.
select
    split_part(emergence.task, '_', 4) as operation,
    emergence.shots,
    max(emergence.n_test) as n_test,
    count(*) as curves,
    count(*) filter (where emergence.status = 'finite') as finite,
    count(*) filter (where emergence.status = 'flat') as flat,
    count(*) filter (where emergence.status = 'infinite') as infinite,
    count(*) filter (
        where isinf(emergence.emergence_score) or abs(emergence.emergence_score) > getvariable('threshold')
    ) as emergent_with_infinite,
    count(*) filter (where tests.is_tested) as tested,
    count(*) filter (where tests.without_1_upper_q < 0.05) as late_gains,
    count(*) filter (where tests.broken_q < 0.05) as broken
from emergence
left join curve_tests as tests using (curve_id)
group by all
