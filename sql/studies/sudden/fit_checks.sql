-- Two checks of the fits: zero scores against those expected, and whether chance is a floor.
with

zero_scores as (
    select
        sum(zeros) as zeros,
        sum(zeros_expected) as zeros_expected,
        avg((zeros_p < 0.05)::integer) as share_with_more_zeros
    from curve_tests
    where zeros_p is not null
),

chance as (
    select
        count(*) as chance_curves,
        count(*) filter (where chance_free < chance) as lower_chance_preferred,
        median(alpha) as alpha,
        median(alpha_chance_free) as alpha_chance_free
    from curve_tests
    where basis = 'binomial'
        and chance > 0
        and alpha is not null
),

final as (
    select *
    from zero_scores
    cross join chance
)

select * from final
