-- Late gains and losses over all largest models.
with

told as (
    select
        count(*) filter (where side = 'upper') as gain_possible,
        count(*) filter (where side = 'upper' and q < 0.05) as gains,
        count(distinct task) filter (where side = 'upper' and q < 0.05) as gain_tasks,
        -- What only comes back after a dip.
        count(*) filter (where side = 'upper' and q < 0.05 and not is_best) as gains_not_best,
        count(*) filter (where side = 'upper' and q < 0.05 and basis <> 'binomial') as other_gains,
        count(*) filter (where side = 'lower') as loss_possible,
        count(*) filter (where side = 'lower' and q < 0.05) as losses,
        count(*) filter (where side = 'lower' and q < 0.05 and basis <> 'binomial') as other_losses,
        count(distinct task) filter (where side = 'lower' and q < 0.05) as loss_tasks,
        min(p) filter (where side = 'upper') as smallest_p
    from late_tests
),

repeated as (
    select
        count(*) filter (where families_compared > 0) as gains_comparable,
        count(*) filter (where families_repeating > 0) as gains_repeated
    from late_gains
),

first_model as (
    select
        family as gain_family,
        model as gain_model,
        gains as gains_of_model
    from late_by_model
    order by
        gains desc,
        family,
        model
    limit 1
),

emergent as (
    select
        count(*) filter (where convention = 'with_infinite' and is_emergent) as gains_emergent_with_infinite,
        count(*) filter (where convention = 'published' and is_emergent) as gains_emergent_published
    from convention_values
    semi join late_gains using (curve_id)
),

final as (
    select *
    from told
    cross join repeated
    cross join emergent
    left join first_model on true
)

select * from final
