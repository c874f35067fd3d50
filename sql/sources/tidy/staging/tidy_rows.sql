-- Every row of a tidy table, its cells read as what they should be, and why a row cannot be used where one cannot.
with

converted as (
    select
        row_number() over () as row_id,
        tidy_cells as cells,
        try_cast(shots as bigint) as shots,
        try_cast(params as double) as params,
        try_cast(score as double) as score,
        try_cast(higher_is_better as boolean) as higher_is_better,
        try_cast(n_test as bigint) as n_test,
        try_cast(standard_error as double) as standard_error
    from tidy_cells
),

judged as (
    select
        *,
        case
            when cells.task is null then 'task is empty'
            when cells.subtask is null then 'subtask is empty'
            when cells.metric is null then 'metric is empty'
            when cells.family is null then 'family is empty'
            when cells.model is null then 'model is empty'
            when cells.shots is null then 'shots is empty; -1 stands for not known'
            when shots is null or shots < -1 then 'shots is no count: ' || cells.shots
            when cells.params is null then 'params is empty'
            when params is null or not isfinite(params) then 'params is no number: ' || cells.params
            when params < 1000 or params > 1e15
                then 'params counts single parameters, 7000000000 for 7 B: ' || cells.params
            when cells.score is null then 'score is empty'
            -- NaN and infinities are kept and counted where they are written as such; 1e400 is a slip.
            when score is null or (isinf(score) and not contains(lower(cells.score), 'inf'))
                then 'score is no number: ' || cells.score
            when cells.higher_is_better is not null and higher_is_better is null
                then 'higher_is_better is neither 1 nor 0: ' || cells.higher_is_better
            when cells.n_test is not null and (n_test is null or n_test < 1)
                then 'n_test is no count: ' || cells.n_test
            when cells.standard_error is not null
                and (standard_error is null or not isfinite(standard_error) or standard_error < 0)
                then 'standard_error is no size: ' || cells.standard_error
        end as unusable_because
    from converted
),

final as (
    select
        row_id,
        cells.task,
        cells.subtask,
        cells.metric,
        shots,
        cells.family,
        cells.model,
        case when unusable_because is null then round(params)::bigint end as params,
        score,
        higher_is_better,
        n_test,
        standard_error,
        cells.source,
        unusable_because
    from judged
)

select * from final
