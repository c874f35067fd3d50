-- rows of one_change_at_a_time that change nothing, or only the convention, and do not give that convention's own numbers
-- both must count the same curves: see sql/studies/choices/one_change_at_a_time.sql and sql/studies/conventions/conventions.sql.
select
    conventions.convention,
    conventions.threshold,
    conventions.curves as curves_by_convention,
    one_change_at_a_time.curves,
    conventions.emergent as emergent_by_convention,
    one_change_at_a_time.emergent,
    conventions.emergent_two_metrics as two_metrics_by_convention,
    one_change_at_a_time.emergent_two_metrics
from conventions
left join one_change_at_a_time
    on one_change_at_a_time.choice = if(conventions.convention = 'published', 'unchanged', 'convention')
    and one_change_at_a_time.level = if(conventions.convention = 'published', 'as published', conventions.convention)
where conventions.threshold = getvariable('threshold')
    and (
        one_change_at_a_time.curves is distinct from conventions.curves
        or one_change_at_a_time.emergent is distinct from conventions.emergent
        or one_change_at_a_time.emergent_two_metrics is distinct from conventions.emergent_two_metrics
        or one_change_at_a_time.base_share_two_metrics is distinct from conventions.base_share_two_metrics
    )
order by all
