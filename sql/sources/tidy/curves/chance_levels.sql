-- The chance level of each curve's metric: what TASKS or the source says, or else that of free answers, of a task of that
-- name in sql/seeds/common_tasks.csv (the longest pattern that fits), or of BIG-bench's. Null where none of them knows, or
-- where the source contradicts itself. TASKS says nothing of free answers, which nobody guesses.
with

own as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        if(count(distinct chance) = 1, max(chance), null) as chance,
        count(distinct chance) > 1 as is_contradicted
    from tidy_rows
    where set_aside_because is null
    group by all
),

tasks as (
    select distinct task
    from curves
),

common as (
    select
        tasks.task,
        arg_max(seed_common_tasks.chance, (len(seed_common_tasks.pattern), seed_common_tasks.pattern)) as chance
    from tasks
    inner join seed_common_tasks
        on tasks.task glob seed_common_tasks.pattern
    group by tasks.task
),

final as (
    select
        curves.curve_id,
        case
            when given_tasks.chance is not null and known_metrics.chance_from is distinct from 'zero' then given_tasks.chance
            when own.chance is not null or own.is_contradicted then own.chance
            when known_metrics.chance_from = 'zero' then 0.0
            when known_metrics.chance_from = 'choices' then coalesce(common.chance, seed_tasks.chance)
        end as chance
    from curves
    left join own using (task, subtask, metric, shots, family)
    left join known_metrics using (metric)
    left join common using (task)
    left join given_tasks using (task)
    left join seed_tasks
        on seed_tasks.task = curves.task
        and seed_tasks.subtask = curves.subtask
        and seed_tasks.family is null
)

select * from final
