-- Every row of the source, with the reason where it is set aside.
with

source_rows as (
    select
        row_number() over () as row_id,
        task_name as task,
        subtask_description as subtask,
        number_of_shots as shots,
        model_family_model_name as family_model,
        score_value as score
    from source_table
),

models as (
    select
        *,
        family || ' ' || model as family_model
    from seed_models
),

with_models as (
    select
        source_rows.*,
        models.family,
        models.model,
        models.params
    from source_rows
    left join models using (family_model)
),

-- A seed row that names a family replaces the general one for it.
with_tasks as (
    select
        with_models.*,
        coalesce(own.preferred_metric, general.preferred_metric) as metric,
        coalesce(own.is_averaged, general.is_averaged) as is_averaged
    from with_models
    left join seed_tasks as own
        on own.task = with_models.task
        and own.subtask = with_models.subtask
        and own.family = with_models.family
    left join seed_tasks as general
        on general.task = with_models.task
        and general.subtask = with_models.subtask
        and general.family is null
),

numbered as (
    select
        *,
        row_number() over (
            partition by task, subtask, metric, shots, family_model, score
            order by row_id
        ) as copy_number
    from with_tasks
),

final as (
    select
        row_id,
        task,
        subtask,
        metric,
        shots,
        family_model,
        family,
        model,
        params,
        score,
        case
            when is_averaged then 'averaged'
            when copy_number > 1 then 'duplicate'
        end as set_aside_because
    from numbered
)

select * from final
