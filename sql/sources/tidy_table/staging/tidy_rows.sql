-- Every row of a tidy table, its cells read as what they should be, and why a row cannot be used where one cannot.
with

-- Sizes are numbers, or as people write them: 70M, 1.4B. Counts are whole, 5 or 5.0; a cast alone would round them.
converted as (
    select
        row_number() over () as row_id,
        cells,
        case
            when cells.shots is null then -1
            when regexp_full_match(cells.shots, '-?[0-9]+([.]0*)?') then try_cast(cells.shots as bigint)
        end as shots,
        coalesce(
            try_cast(cells.scale as double),
            try_cast(regexp_extract(upper(cells.scale), '^([0-9.]+) ?[KMBT]$', 1) as double)
                * case right(upper(cells.scale), 1) when 'K' then 1e3 when 'M' then 1e6 when 'B' then 1e9 else 1e12 end
        ) as scale,
        if(lower(cells.scale_name) = 'parameters', 'params', lower(cells.scale_name)) as scale_name,
        try_cast(cells.score as double) as score,
        try_cast(regexp_replace(cells.higher_is_better, '[.]0+$', '') as boolean) as higher_is_better,
        try_cast(regexp_replace(cells.is_proportion, '[.]0+$', '') as boolean) as is_proportion,
        try_cast(cells.chance as double) as chance,
        if(regexp_full_match(cells.n_test, '[0-9]+([.]0*)?'), try_cast(cells.n_test as bigint), null) as n_test,
        try_cast(cells.standard_error as double) as standard_error
    from tidy_cells as cells
),

with_seeds as (
    select
        converted.*,
        coalesce(converted.is_proportion, seed_metrics.is_proportion, seed_common_metrics.is_proportion) as known_proportion
    from converted
    left join seed_metrics
        on seed_metrics.metric = converted.cells.metric
    left join seed_common_metrics
        on seed_common_metrics.metric = converted.cells.metric
),

judged as (
    select
        *,
        case
            when cells.task is null then 'task is empty'
            when cells.metric is null then 'metric is empty'
            when cells.family is null then 'family is empty'
            when cells.model is null then 'model is empty'
            when shots is null or shots < -1 then 'shots is no count: ' || cells.shots
            when cells.scale is null then scale_name || ' is empty'
            when scale is null or not isfinite(scale) then scale_name || ' is no number: ' || cells.scale
            when scale <= 0 then scale_name || ' has no logarithm: ' || cells.scale
            when scale_name = 'params' and (scale < 1000 or scale > 1e15)
                then 'params counts single parameters, 7000000000 or 7B: ' || cells.scale
            when cells.score is null then 'score is empty'
            -- NaN and infinities are kept and counted where they are written as such; 1e400 is a slip.
            when score is null or (isinf(score) and not contains(lower(cells.score), 'inf'))
                then 'score is no number: ' || cells.score
            when cells.higher_is_better is not null and higher_is_better is null
                then 'higher_is_better is neither 1 nor 0: ' || cells.higher_is_better
            when cells.is_proportion is not null and is_proportion is null
                then 'is_proportion is neither 1 nor 0: ' || cells.is_proportion
            when known_proportion and isfinite(score) and (score < 0 or score > 1)
                then 'a proportion outside 0 to 1, in per cent?: ' || cells.score
            when cells.chance is not null and (chance is null or chance < 0 or chance >= 1)
                then 'chance is no share from 0 to below 1: ' || cells.chance
            when cells.n_test is not null and (n_test is null or n_test < 1)
                then 'n_test is no count: ' || cells.n_test
            when cells.standard_error is not null
                and (standard_error is null or not isfinite(standard_error) or standard_error < 0)
                then 'standard_error is no size: ' || cells.standard_error
        end as unusable_because
    from with_seeds
),

final as (
    select
        row_id,
        cells.task,
        coalesce(cells.subtask, cells.task) as subtask,
        false as is_aggregate,
        cells.metric,
        cells.metric as base_metric,
        shots,
        cells.family,
        cells.model,
        case
            when unusable_because is null and scale_name = 'params' then round(scale)
            when unusable_because is null then scale
        end as scale,
        if(scale_name = 'params', 'parameters', cells.scale_name) as scale_name,
        score,
        higher_is_better,
        is_proportion,
        chance,
        n_test,
        'source' as n_test_basis,
        standard_error,
        cells.source,
        coalesce(cells.source, 'not stated') as origin,
        unusable_because,
        if(unusable_because is null, null, 'unusable') as set_aside_because
    from judged
)

select * from final
