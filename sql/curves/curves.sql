-- One row per curve: its key, and what the seeds know of its task and subtask.
with

keys as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        count(*) as n_scales,
        -- All scores of a curve agree on it (sql/checks/sources/bigbench/staging/one_preference_a_curve.sql), unless the user chose to keep going.
        count(*) filter (where is_preferred) > count(*) / 2 as is_preferred
    from stg_scores
    group by all
),

with_facts as (
    select
        keys.*,
        coalesce(task_facts.is_aggregate, false) as is_aggregate,
        task_facts.task_type,
        task_facts.chance
    from keys
    left join task_facts using (task, subtask, family)
),

final as (
    select
        (row_number() over (order by task, subtask, metric, shots, family))::integer as curve_id,
        *
    from with_facts
)

select * from final
