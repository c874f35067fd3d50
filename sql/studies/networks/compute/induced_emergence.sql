-- One row per curve: its emergence score, and whether each convention calls it emergent.
with

read as (
    select
        curve_emergence.curve_id,
        seed_conventions.convention,
        coalesce(
            convention_value(
                curve_emergence.status,
                curve_emergence.emergence_score,
                seed_conventions.is_absolute,
                seed_conventions.keeps_infinite
            ) > getvariable('threshold'),
            false
        ) as is_emergent
    from curve_emergence
    cross join seed_conventions
),

conventions as (
    pivot read
    on convention in ('published', 'signed', 'with_infinite', 'signed_with_infinite')
    using bool_or(is_emergent)
    group by curve_id
),

final as (
    select
        curves.experiment,
        curves.metric,
        curves.is_smooth,
        curves.estimator,
        curves.test_size,
        curves.seed,
        curve_emergence.n_scales,
        curve_emergence.lowest,
        curve_emergence.highest,
        curve_emergence.median_step,
        curve_emergence.emergence_score,
        curve_emergence.turns_on_ties,
        curve_emergence.status,
        conventions.published as emergent_published,
        conventions.signed as emergent_signed,
        conventions.with_infinite as emergent_with_infinite,
        conventions.signed_with_infinite as emergent_signed_with_infinite
    from curves
    inner join curve_emergence using (curve_id)
    inner join conventions using (curve_id)
)

select * from final
