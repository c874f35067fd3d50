-- One row a curve: its key, and what the seeds know of its task and subtask.
with

keys as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        count(*) as n_scales,
        -- All scores of a curve agree on it (sql/checks/19), unless the user chose to keep going.
        count(*) filter (where is_preferred) > count(*) / 2 as is_preferred
    from stg_scores
    group by all
),

with_facts as (
    select
        keys.*,
        coalesce(own.is_aggregate, general.is_aggregate, false) as is_aggregate,
        coalesce(own.task_type, general.task_type) as task_type,
        coalesce(own.chance, general.chance) as chance
    from keys
    left join known_tasks as own
        on own.task = keys.task
        and own.subtask = keys.subtask
        and own.family = keys.family
    left join known_tasks as general
        on general.task = keys.task
        and general.subtask = keys.subtask
        and general.family is null
),

final as (
    select
        (row_number() over (order by task, subtask, metric, shots, family))::integer as curve_id,
        *
    from with_facts
)

select * from final
