-- The curves that the regression is about, and whether they are emergent: single subtasks (an aggregate repeats them) with a
-- known n_test and four or more scales (with fewer, |E| is at most 2), each pair of copies once.
with

outcomes as (
    select
        curve_id,
        bool_or(is_kept) filter (where convention = 'with_infinite') as is_kept,
        bool_or(is_emergent) filter (where convention = 'with_infinite') as is_emergent,
        bool_or(is_emergent) filter (where convention = 'published') as is_emergent_published
    from convention_values
    group by curve_id
),

final as (
    select
        emergence.curve_id,
        emergence.task,
        if(
            emergence.metric in (select seed_two_metrics.metric from seed_two_metrics),
            emergence.metric,
            'other'
        ) as metric_class,
        emergence.n_test,
        n_test_class(emergence.n_test) as n_test_class,
        emergence.family,
        emergence.shots::varchar as shots,
        outcomes.is_emergent,
        outcomes.is_emergent_published
    from emergence
    inner join outcomes using (curve_id)
    anti join curve_copies using (curve_id)
    where outcomes.is_kept
        and not emergence.is_aggregate
        and emergence.n_scales >= 4
        and emergence.n_test is not null
)

select * from final
