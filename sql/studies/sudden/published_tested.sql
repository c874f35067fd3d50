-- The curves that the published convention calls emergent, with what the tests say of them.
select
    tested_curves.* exclude (fitted, emergent_under, category, alpha, alpha_se, intercept)
from tested_curves
where list_contains(emergent_under, 'published')
