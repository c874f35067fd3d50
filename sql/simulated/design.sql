-- What the real benchmark asked, one row per curve: the committed curves with all their scores left out.
--
-- n_test where the curves do not tell it: BIG-bench's rule from the size of the task's file, or, where that is not
-- known either, the rule's limit. A task without a stated chance level has that of four choices.
--
-- Tasks cut into so many subtasks that each has fewer than ten examples are a kind of their own (`match_few`): two
-- tasks with half of all curves, which answer without examples in the prompt much less often than the others.
--
-- An aggregate is the mean of its leaf subtasks; where the curves hold no leaf of it, it is filled like a leaf.
with

curves as (
    select
        task,
        subtask,
        is_aggregate,
        metric,
        shots,
        family,
        n_scales,
        n_test
    from committed_curves
),

leaves as (
    select distinct
        task,
        shots,
        family,
        true as has_leaves
    from curves
    where not is_aggregate
),

leaf_subtasks as (
    select
        task,
        count(distinct subtask) as leaf_subtasks
    from seed_tasks
    where not is_aggregate
    group by task
),

with_facts as (
    select
        curves.*,
        task_facts.n_examples,
        coalesce(task_facts.chance, 0.25) as chance,
        if(starts_with(curves.family, 'BIG-G'), 1024, 1000) // coalesce(leaf_subtasks.leaf_subtasks, 1) as n_limit,
        seed_metrics.is_proportion,
        coalesce(leaves.has_leaves, false) as has_leaves
    from curves
    left join task_facts using (task, subtask, family)
    left join leaves
        on leaves.task = curves.task
        and leaves.shots = curves.shots
        and leaves.family = curves.family
    left join leaf_subtasks on leaf_subtasks.task = curves.task
    left join seed_metrics on seed_metrics.metric = curves.metric
),

final as (
    select
        task,
        subtask,
        is_aggregate,
        metric,
        case
            when is_aggregate and has_leaves then 'aggregate'
            when metric = 'multiple_choice_grade' then 'grade'
            when is_proportion and n_test < 10 then 'match_few'
            when is_proportion then 'match'
            when metric in ('bleu', 'rougeLsum', 'rouge1', 'rouge2', 'f1', 'sequence_f1') then 'overlap'
            when metric like '%log%' then 'loss'
            else 'probability'
        end as kind,
        shots,
        family,
        n_scales,
        coalesce(n_test, greatest(1, least(n_examples, n_limit)), greatest(1, n_limit))::integer as n_test,
        chance
    from with_facts
)

select * from final
order by
    task,
    subtask,
    metric,
    shots,
    family
