-- The emergent curves of the published convention: how many could be tested, and in which way.
select
    count(*) as curves,
    count(*) filter (where is_tested and basis = 'binomial') as proportions,
    count(*) filter (where is_tested and basis = 'gaussian') as other_metrics,
    count(*) filter (where is_tested and basis = 'gaussian' and jump = 'jump') as other_metrics_with_jump
from tested_curves
where list_contains(emergent_under, 'published')
