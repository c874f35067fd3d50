-- Every value with its model's family and size, its checkpoint, its test size, and which of the runs of its cell it is from:
-- the newest counts, or where files have no date the one of the file with most values.
with

batches as (
    select
        harness_models.model,
        arg_max(seed_tokens_per_step.tokens_per_step, (len(pattern), pattern)) as tokens_per_step
    from harness_models
    inner join seed_tokens_per_step
        on harness_models.model glob pattern
    group by harness_models.model
),

placed as (
    select
        row_number() over () as row_id,
        harness_values.task,
        harness_values.is_aggregate,
        harness_values.metric as base_metric,
        if(filter is null, harness_values.metric, harness_values.metric || ' (' || filter || ')') as metric,
        harness_values.shots,
        harness_values.model,
        models.family,
        models.params,
        -- A revision without a step in its name is a finished model.
        coalesce(harness_values.step::double, 'infinity'::double) as checkpoint,
        coalesce(harness_values.tokens, harness_values.step * coalesce(models.tokens_per_step, batches.tokens_per_step)) as tokens,
        -- NaN comes in as null.
        if(harness_values.set_aside_because is null, coalesce(harness_values.score, 'nan'::double), harness_values.score)
            as score,
        harness_values.standard_error,
        harness_values.n_test as n_counted,
        harness_values.score * (1 - harness_values.score) / (standard_error * standard_error) + 1 as n_of_error,
        harness_values.higher_is_better,
        harness_values.chance,
        harness_values.path,
        harness_values.date,
        harness_values.values as values_of_file,
        coalesce(harness_values.set_aside_because, models.unknown) as set_aside_because
    from harness_values
    inner join harness_models as models using (model)
    left join batches using (model)
),

-- sqrt(p (1 - p) / (n - 1)) is the standard error of a mean of zeros and ones, and no other statistic's.
sized as (
    select
        *,
        case
            when n_counted > 0 then n_counted
            when score > 0 and score < 1 and standard_error > 0
                -- Rounding can leave a standard error that is next to nothing.
                and n_of_error < 1e9
                and abs(n_of_error - round(n_of_error)) < 0.01
                and abs(score * round(n_of_error) - round(score * round(n_of_error))) < 0.01
                then round(n_of_error)::bigint
        end as n_test
    from placed
),

final as (
    select
        *,
        case
            when set_aside_because is null
                then row_number() over (
                    partition by task, metric, shots, model, checkpoint, set_aside_because is null
                    order by date desc nulls last, values_of_file desc, path, row_id
                )
        end as run
    from sized
)

select * from final
