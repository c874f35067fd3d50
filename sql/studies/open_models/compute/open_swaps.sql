-- Per pair of metrics of the same outputs: the curves of four or more scales that are E-emergent, end in a late gain, or
-- break upward under one of them only. Tests count where both curves could be tested with known noise.
with

pairs as (
    select
        swap_curves.from_metric,
        swap_curves.to_metric,
        coalesce(
            convention_value(from_status, from_score, true, true) > getvariable('threshold'), false
        ) as is_from,
        coalesce(convention_value(to_status, to_score, true, true) > getvariable('threshold'), false) as is_to,
        one.is_tested and other.is_tested and not one.is_exploratory and not other.is_exploratory as is_tested,
        coalesce(one.without_1_upper_q < 0.05, false) as late_from,
        coalesce(other.without_1_upper_q < 0.05, false) as late_to,
        coalesce(one.broken_q < 0.05, false) as broken_from,
        coalesce(other.broken_q < 0.05, false) as broken_to,
        from_status in ('flat', 'infinite') as is_coarse_from,
        to_status in ('flat', 'infinite') as is_coarse_to
    from swap_curves
    inner join curve_tests as one
        on one.curve_id = swap_curves.from_curve_id
    inner join curve_tests as other
        on other.curve_id = swap_curves.to_curve_id
    where swap_curves.is_same_models
        and swap_curves.n_scales >= 4
        and not one.is_aggregate
),

final as (
    select
        from_metric,
        to_metric,
        count(*) as curves,
        count(*) filter (where is_from and is_to) as emergent_both,
        count(*) filter (where is_from and not is_to) as emergent_from_only,
        count(*) filter (where is_to and not is_from) as emergent_to_only,
        count(*) filter (where is_tested) as tested,
        count(*) filter (where is_tested and late_from and late_to) as late_both,
        count(*) filter (where is_tested and late_from and not late_to) as late_from_only,
        count(*) filter (where is_tested and late_to and not late_from) as late_to_only,
        count(*) filter (where is_tested and broken_from and broken_to) as broken_both,
        count(*) filter (where is_tested and broken_from and not broken_to) as broken_from_only,
        count(*) filter (where is_tested and broken_to and not broken_from) as broken_to_only,
        count(*) filter (where is_coarse_from and not is_coarse_to) as coarse_from_only,
        count(*) filter (where is_coarse_to and not is_coarse_from) as coarse_to_only
    from pairs
    group by
        from_metric,
        to_metric
)

select * from final
