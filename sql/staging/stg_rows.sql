-- Every row of the source with what the seeds know of its model and task, and the reason where it is set aside.
with

models as (
    select
        *,
        family || ' ' || model as family_model
    from seed_models
),

with_models as (
    select
        source_rows.* replace (
            coalesce(source_rows.family, models.family) as family,
            coalesce(source_rows.model, models.model) as model,
            coalesce(source_rows.scale, models.params) as scale,
            coalesce(
                source_rows.scale_basis,
                case when models.params is not null then 'models.csv' end
            ) as scale_basis
        )
    from source_rows
    left join models
        on models.family_model = source_rows.family_model
        and models.family = coalesce(source_rows.family, models.family)
),

-- Joined twice rather than materialized: these wide rows would take most of the memory of a load.
with_tasks as not materialized (
    select
        with_models.* replace (
            coalesce(with_models.metric, task_facts.preferred_metric) as metric
        ),
        with_models.may_be_averaged and task_facts.is_averaged as is_averaged
    from with_models
    left join task_facts
        on task_facts.task = with_models.task
        and task_facts.subtask = with_models.subtask
        and task_facts.family = with_models.family
),

-- Few keys repeat, and telling which by one number takes a fraction of the time and memory of six keys or a window.
repeated_hashes as (
    select hash(task, subtask, metric, shots, family, family_model) as key_hash
    from with_tasks
    where set_aside_because is null
    group by key_hash
    having count(*) > 1
),

repeated as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        family_model,
        min(row_id) as first_row_id,
        min(score) <> max(score) as is_conflict
    from with_tasks
    where set_aside_because is null
        and hash(task, subtask, metric, shots, family, family_model) in (from repeated_hashes)
    group by all
    having count(*) > 1
),

final as (
    select
        with_tasks.row_id,
        task,
        subtask,
        metric,
        with_tasks.is_preferred,
        shots,
        family_model,
        family,
        with_tasks.model,
        with_tasks.scale,
        with_tasks.scale_basis,
        with_tasks.scale_name,
        with_tasks.low_score,
        with_tasks.high_score,
        with_tasks.score,
        with_tasks.path,
        case
            when with_tasks.set_aside_because is not null then with_tasks.set_aside_because
            when with_tasks.is_averaged then 'averaged'
            when repeated.is_conflict then 'conflicting'
            when with_tasks.row_id > repeated.first_row_id then 'duplicate'
        end as set_aside_because
    from with_tasks
    left join repeated using (task, subtask, metric, shots, family, family_model)
)

select * from final
