-- What the published specification gives, and what it would give had the analyst made one choice otherwise: the published
-- convention at the run's threshold, all families, all shots, aggregates in, no minimum of scales or test examples.
with

copied as (
    select
        convention_values.*,
        curve_copies.curve_id is not null as is_copy
    from convention_values
    left join curve_copies using (curve_id)
),

-- A table of one's own may hold hundreds of families: the largest stand for them. One of a single scale has no score.
largest_families as (
    select
        family as level,
        row_number() over (order by count(*) desc, family) as place
    from emergence
    group by family
    having max(n_scales) > 1
    order by place
    limit 12
),

-- -1 stands for an unknown number of shots, which no analyst could choose.
commonest_shots as (
    select
        shots::varchar as level,
        row_number() over (order by count(*) desc, shots) as place
    from emergence
    where shots >= 0
    group by shots
    order by place
    limit 6
),

changes as (
    select
        0 as choice_place,
        'unchanged' as choice,
        'as published' as level,
        0 as place
    union all
    select 1, 'convention', convention, list_position(['signed', 'with_infinite', 'signed_with_infinite'], convention)
    from seed_conventions
    where convention <> 'published'
    union all
    select 2, 'threshold', format('{:g}', threshold), threshold
    from (select unnest([10.0, 30.0, 100.0, 300.0])::double as threshold) as thresholds
    where threshold <> getvariable('threshold')
    union all
    select 3, 'families', 'all, no T=1 copies', 0
    union all
    select 3, 'families', level, place
    from largest_families
    union all
    select 4, 'shots', level, level::integer
    from commonest_shots
    union all
    select 5, 'aggregates', 'out', 0
    union all
    select 6, 'minimum scales', unnest(['4', '8']), unnest([4, 8])
    union all
    -- Only metrics that are proportions have a known n_test, so a minimum chooses metrics too, unless the unknown stay in.
    select 7, 'minimum n_test', unnest(['10', '50', '10 or unknown', '50 or unknown']), unnest([1, 2, 3, 4])
),

with_rules as (
    select
        *,
        if(choice = 'convention', level, 'published') as convention,
        if(choice = 'threshold', try_cast(level as double), getvariable('threshold')) as threshold,
        choice not in ('unchanged', 'convention', 'threshold') as selects
    from changes
),

selected as (
    select
        with_rules.*,
        copied.is_kept,
        copied.is_two_metrics,
        copied.value,
        case with_rules.choice
            when 'families' then copied.family = level or (level = 'all, no T=1 copies' and not copied.is_copy)
            when 'shots' then copied.shots::varchar = level
            when 'aggregates' then not copied.is_aggregate
            when 'minimum scales' then copied.n_scales >= try_cast(level as integer)
            when 'minimum n_test'
                then coalesce(copied.n_test >= try_cast(split_part(level, ' ', 1) as integer), level like '% or unknown')
            else true
        end as is_selected
    from with_rules
    inner join copied using (convention)
),

counted as (
    select
        choice_place,
        choice,
        level,
        place,
        selects,
        count(*) as all_curves,
        count(*) filter (where is_selected) as selected_curves,
        count(*) filter (where is_selected and is_kept) as curves,
        count(*) filter (where is_selected and is_kept and is_two_metrics) as two_metrics,
        count(*) filter (where is_selected and value > threshold) as emergent,
        count(*) filter (where is_selected and value > threshold and is_two_metrics) as emergent_two_metrics
    from selected
    group by
        choice_place,
        choice,
        level,
        place,
        selects
),

final as (
    select
        (row_number() over (order by choice_place, place))::integer as number,
        choice,
        level,
        curves,
        emergent,
        emergent_two_metrics,
        emergent_two_metrics / nullif(emergent, 0) as share_two_metrics,
        two_metrics / nullif(curves, 0) as base_share_two_metrics
    from counted
    -- A selection that leaves all curves in is no change, and one that leaves none in says nothing.
    where not selects or (selected_curves < all_curves and curves > 0)
)

select * from final
