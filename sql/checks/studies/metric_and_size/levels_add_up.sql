-- regressions whose curves, by metric, are not all the curves that they are over
-- see pipeline/studies/metric_and_size/compute.py: a level is counted twice or never.
with

levels as (
    select
        coalesce(sum(curves), 0) as curves,
        coalesce(sum(emergent), 0) as emergent
    from metric_and_size
    where term = 'metric'
        and not starts_with(verdict, 'left out')
)

select
    whole.curves,
    whole.emergent,
    levels.curves as curves_of_levels,
    levels.emergent as emergent_of_levels
from metric_and_size as whole
cross join levels
where whole.term = 'n_test'
    and (whole.curves <> levels.curves or whole.emergent <> levels.emergent)
order by all
