-- What is known of each task and subtask as each family was asked it: a row of the seeds that names a family replaces the
-- general one for it.
with

families as (
    select family
    from seed_models
    union
    select family
    from source_rows
    where family is not null
),

subtasks as (
    select distinct
        task,
        subtask
    from known_tasks
),

final as (
    select
        subtasks.task,
        subtasks.subtask,
        families.family,
        coalesce(own.preferred_metric, general.preferred_metric) as preferred_metric,
        coalesce(own.task_type, general.task_type) as task_type,
        coalesce(own.is_aggregate, general.is_aggregate) as is_aggregate,
        coalesce(own.n_examples, general.n_examples) as n_examples,
        coalesce(own.chance, general.chance) as chance,
        coalesce(own.is_averaged, general.is_averaged) as is_averaged
    from subtasks
    cross join families
    left join known_tasks as own
        on own.task = subtasks.task
        and own.subtask = subtasks.subtask
        and own.family = families.family
    left join known_tasks as general
        on general.task = subtasks.task
        and general.subtask = subtasks.subtask
        and general.family is null
)

select * from final
