-- The curves that the published convention calls emergent: how many could be tested, and what the tests say.
select
    count(*) as curves,
    count(*) filter (where is_tested and basis = 'binomial') as proportions,
    count(*) filter (where is_tested and basis = 'gaussian') as other_metrics,
    count(*) filter (where not is_tested) as untested,
    count(*) filter (where is_tested and basis = 'binomial' and broken_p < 0.05) as broken,
    count(*) filter (where is_tested and basis = 'binomial' and without_1_upper_p < 0.05) as late_gains
from tested_curves
where list_contains(emergent_under, 'published')
