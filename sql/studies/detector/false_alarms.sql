-- What the E-emergent tested proportions are, infinite scores kept: by the first property that applies, so that the rows
-- add up, and by each property alone. A late gain is one by either definition; under_ten is of curves on fewer than ten
-- test examples, by first property.
with

emergent as (
    select detected_curves.*
    from detected_curves
    inner join convention_values using (curve_id)
    where convention_values.convention = 'with_infinite'
        and convention_values.is_emergent
),

properties as (
    select
        n_test,
        [
            is_large_gain or is_late_gain,
            is_one_example,
            is_at_chance,
            ends_worst,
            falls,
            is_copy
        ] as held,
        coalesce(list_position(held, true), 7) as first_held
    from emergent
),

kinds as (
    select
        unnest(
            [
                'late gain',
                'spans one example at most',
                'at chance',
                'ends at its lowest score',
                'falls',
                'temperature copy',
                'other'
            ]
        ) as kind,
        unnest(range(1, 8)) as number
),

final as (
    select
        kinds.number,
        kinds.kind,
        count(*) filter (where first_held = kinds.number) as curves,
        count(*) filter (where first_held = kinds.number) / nullif(count(first_held), 0) as share,
        count(*) filter (where coalesce(held[kinds.number], first_held = kinds.number)) as with_property,
        count(*) filter (where coalesce(held[kinds.number], first_held = kinds.number))
            / nullif(count(first_held), 0) as share_with_property,
        count(*) filter (where first_held = kinds.number and n_test < 10) as under_ten
    from kinds
    left join properties on true
    group by
        kinds.number,
        kinds.kind
)

select * from final
