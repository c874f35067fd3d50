-- Why emergent curves of the published convention could not be tested.
select
    status,
    count(*) as curves
from tested_curves
where list_contains(emergent_under, 'published')
    and not is_tested
group by status
