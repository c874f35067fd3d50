-- What the numbers would be had the analyst chosen otherwise: every combination of seven choices, with the share of the
-- two metrics among the emergent curves, the emergent rate among the curves kept, and why there is no share where there
-- is none. Combinations that select the same curves under the same rule are told by is_repeat.
with

classed as (
    select
        reading_values.*,
        driver_curves.is_copy,
        case
            when reading_values.n_scales >= 8 then 8
            when reading_values.n_scales >= 4 then 4
            else 1
        end as scales_floor,
        case
            when reading_values.n_test >= 50 then 50
            when reading_values.n_test >= 10 then 10
            when reading_values.n_test is not null then 0
            else -1
        end as n_test_floor
    from reading_values
    inner join driver_curves using (task, subtask, metric, shots, family)
),

-- All curves that no choice can tell apart are one cell.
in_cells as (
    select
        *,
        dense_rank() over (order by family, is_copy, shots, is_aggregate, scales_floor, n_test_floor) as cell
    from classed
),

cells as (
    select distinct
        cell,
        family,
        is_copy,
        shots,
        is_aggregate,
        scales_floor,
        n_test_floor
    from in_cells
),

thresholds as (
    select unnest([10.0, 30.0, 100.0, 300.0])::double as threshold
    union
    select getvariable('threshold')::double
),

counts as (
    select
        in_cells.cell,
        in_cells.reading,
        thresholds.threshold,
        count(*) filter (where is_kept) as curves,
        count(*) filter (where is_kept and is_two_metrics) as two_metrics,
        count(*) filter (where is_kept and n_scales >= 4) as long_curves,
        count(*) filter (where value > thresholds.threshold) as emergent,
        count(*) filter (where value > thresholds.threshold and is_two_metrics) as emergent_two_metrics
    from in_cells
    cross join thresholds
    group by all
),

-- Only metrics that are proportions have a known n_test, so a minimum chooses metrics too, unless the unknown stay in.
minima as (
    select
        unnest(['none', '10', '50', '10 or unknown', '50 or unknown']) as min_n_test,
        unnest([0, 10, 50, 10, 50]) as least_n_test,
        unnest([true, false, false, true, true]) as keeps_unknown
),

-- A table of one's own may hold hundreds of families; the largest stand for them. One of a single scale has no score.
families as (
    select 'all' as families
    union all
    select 'all, no T=1 copies'
    where exists (select 1 from driver_curves where is_copy)
    union all
    (
        select family
        from emergence
        group by family
        having max(n_scales) > 1
        order by count(*) desc, family
        limit 12
    )
),

shot_numbers as (
    select 'all' as shots
    union all
    (
        select shots::varchar
        from emergence
        -- Of -1 the number is not known: no choice of anybody.
        where shots >= 0
        group by shots
        order by count(*) desc, shots
        limit 6
    )
),

selections as (
    select
        families.families,
        shot_numbers.shots,
        aggregates,
        min_scales,
        minima.min_n_test,
        list(cells.cell order by cells.cell) filter (where cells.cell is not null) as cells
    from families
    cross join shot_numbers
    cross join (select unnest(['in', 'out']) as aggregates)
    cross join (select unnest([1, 4, 8]) as min_scales)
    cross join minima
    left join cells
        on (
            families.families = 'all'
            or (families.families = 'all, no T=1 copies' and not cells.is_copy)
            or cells.family = families.families
        )
        and (shot_numbers.shots = 'all' or cells.shots::varchar = shot_numbers.shots)
        and (aggregates = 'in' or not cells.is_aggregate)
        and cells.scales_floor >= min_scales
        and (cells.n_test_floor >= minima.least_n_test or (minima.keeps_unknown and cells.n_test_floor = -1))
    group by all
),

counted as (
    select
        selections.families,
        selections.shots,
        selections.aggregates,
        selections.min_scales,
        selections.min_n_test,
        selections.cells,
        counts.reading,
        counts.threshold,
        sum(counts.curves) as curves,
        sum(counts.two_metrics) as two_metrics,
        sum(counts.long_curves) as long_curves,
        sum(counts.emergent) as emergent,
        sum(counts.emergent_two_metrics) as emergent_two_metrics
    from (select *, unnest(cells) as cell from selections) as selections
    inner join counts using (cell)
    group by all
),

-- Combinations that select no curve come back here.
complete as (
    select
        seed_readings.reading,
        thresholds.threshold,
        selections.*,
        coalesce(counted.curves, 0)::bigint as curves,
        coalesce(counted.two_metrics, 0)::bigint as two_metrics,
        coalesce(counted.long_curves, 0)::bigint as long_curves,
        coalesce(counted.emergent, 0)::bigint as emergent,
        coalesce(counted.emergent_two_metrics, 0)::bigint as emergent_two_metrics
    from selections
    cross join seed_readings
    cross join thresholds
    left join counted using (reading, threshold, families, shots, aggregates, min_scales, min_n_test)
),

final as (
    select
        reading,
        threshold,
        families,
        shots,
        aggregates,
        min_scales,
        min_n_test,
        (reading <> 'published')::integer
            + (threshold <> getvariable('threshold'))::integer
            + (families <> 'all')::integer
            + (shots <> 'all')::integer
            + (aggregates <> 'in')::integer
            + (min_scales <> 1)::integer
            + (min_n_test <> 'none')::integer as choices_changed,
        row_number() over (
            partition by reading, threshold, cells
            order by choices_changed, families, shots, aggregates, min_scales, min_n_test
        ) > 1 as is_repeat,
        curves,
        emergent,
        emergent_two_metrics,
        emergent_two_metrics / nullif(emergent, 0) as share_two_metrics,
        two_metrics / nullif(curves, 0) as base_share_two_metrics,
        emergent / nullif(curves, 0) as emergent_rate,
        case
            when emergent > 0 then null
            when curves = 0 then 'no curve is left'
            when long_curves = 0 and threshold >= 2 then 'only curves of fewer than four scales are left: |E| is at most 2'
            else 'none of the curves left is emergent'
        end as set_aside_because
    from complete
)

select * from final
