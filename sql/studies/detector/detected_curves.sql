-- Every tested proportion: whether its largest model gains suddenly, by two definitions, and what may look like a gain to E.
-- A large late gain is a last step of 20 points or more and of half the range or more, on 50 or more test examples.
-- x_aware is E with slopes per log N in place of steps: the same where scales are evenly spaced, and like E in its sign.
with

directed as (
    select
        curve_tests.curve_id,
        curve_tests.task,
        curve_tests.n_test,
        curve_tests.status = 'at_chance' as is_at_chance,
        emergence.n_scales,
        emergence.span,
        emergence.emergence_score,
        emergence.ends_worst,
        if(testable_curves.higher_is_better, 1, -1) * (scores[-1] - scores[-2]) as last_gain,
        list_transform(
            scores[2:],
            lambda score, i: (score - scores[i]) / ln(scale[i + 1] / scale[i])
        ) as slopes,
        -- Of unknown scales, or two models of one size, there is no slope.
        len(list_filter(scale, lambda one: one > 0)) = len(scale)
        and len(list_distinct(scale)) = len(scale) as has_slopes,
        ln(scale[-1] / scale[1]) as log_range
    from curve_tests
    inner join testable_curves using (curve_id)
    inner join emergence using (curve_id)
    where curve_tests.is_tested
        and curve_tests.basis = 'binomial'
),

final as (
    select
        directed.curve_id,
        directed.task,
        directed.n_test,
        emergence_score,
        case
            when has_slopes
                then sign(emergence_score) * span / log_range * (n_scales - 1)
                    / sqrt(list_median(list_transform(slopes, lambda slope: slope * slope)))
        end as x_aware,
        last_gain,
        directed.n_test >= 50 as is_large_possible,
        -- As decimals: 0.7 - 0.5 is a little less than 0.2.
        is_large_possible and last_gain >= 0.2 - 1e-9 and last_gain >= span / 2 - 1e-9 as is_large_gain,
        late_tests.curve_id is not null as is_late_possible,
        late_gains.curve_id is not null as is_late_gain,
        span * directed.n_test < 1.5 as is_one_example,
        is_at_chance,
        ends_worst,
        emergence_score < 0 as falls,
        curve_copies.curve_id is not null as is_copy
    from directed
    left join late_tests
        on late_tests.curve_id = directed.curve_id
        and late_tests.side = 'upper'
    left join late_gains on late_gains.curve_id = directed.curve_id
    left join curve_copies on curve_copies.curve_id = directed.curve_id
)

select * from final
