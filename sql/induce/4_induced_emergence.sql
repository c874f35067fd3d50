-- One row a curve: its emergence score, and whether each reading calls it emergent.
with

readings as (
    pivot (select curve_id, reading, is_emergent from reading_values)
    on reading in ('published', 'signed', 'with_infinite', 'signed_with_infinite')
    using bool_or(is_emergent)
    group by curve_id
),

final as (
    select
        emergence.experiment,
        emergence.metric,
        emergence.is_smooth,
        emergence.estimator,
        emergence.test_size,
        emergence.seed,
        emergence.n_scales,
        emergence.lowest,
        emergence.highest,
        emergence.median_step,
        emergence.emergence_score,
        emergence.turns_on_ties,
        emergence.status,
        readings.published as emergent_published,
        readings.signed as emergent_signed,
        readings.with_infinite as emergent_with_infinite,
        readings.signed_with_infinite as emergent_signed_with_infinite
    from emergence
    inner join readings using (curve_id)
)

select * from final
