-- The number of test examples behind the scores of each task, subtask, metric and family (leaf rows, proportions).
--
-- BIG-bench's own limit: min(examples in the task's file, floor(M / leaf subtasks of the task)), with M = 1024 for
-- BIG-G and 1000 for the others. It is held against the grid: a mean of n zeros and ones is a multiple of 1/n.
with

leaf_subtasks as (
    select
        task,
        count(distinct subtask) as leaf_subtasks
    from known_tasks
    where not is_aggregate
    group by task
),

cells as (
    select
        curves.task,
        curves.subtask,
        curves.metric,
        curves.family,
        list_sort(list(distinct curve_points.score)) as scores
    from curves
    inner join curve_points using (curve_id)
    inner join known_metrics using (metric)
    where known_metrics.is_proportion
        and not curves.is_aggregate
    group by all
),

limits as (
    select
        cells.*,
        task_facts.n_examples,
        if(starts_with(cells.family, 'BIG-G'), 1024, 1000) as n_limit,
        case
            when task_facts.n_examples is not null
                then least(task_facts.n_examples, n_limit // leaf_subtasks.leaf_subtasks)
        end as n_rule,
        -- 0 and 1 lie on every grid and decide nothing.
        list_filter(cells.scores, lambda score: score > 1e-6 and score < 1 - 1e-6) as inner_scores
    from cells
    inner join task_facts using (task, subtask, family)
    inner join leaf_subtasks using (task)
),

on_grids as (
    select
        *,
        len(inner_scores) as n_inner_scores,
        list_bool_and(
            list_transform(scores, lambda score: abs(score - round(score * n_rule) / n_rule) <= 1e-6)
        ) as is_on_rule_grid,
        list_filter(
            range(1, n_limit + 1),
            lambda n: list_bool_and(
                list_transform(scores, lambda score: abs(score - round(score * n) / n) <= 1e-6)
            )
        )[1] as n_grid
    from limits
),

judged as (
    select
        *,
        -- Scores in the middle that fall on a grid k times too coarse do so with a chance of at most 2^-count:
        -- seven make the smallest grid wrong in fewer than one case of a hundred.
        case
            when n_rule is not null and (n_inner_scores = 0 or is_on_rule_grid) then 'rule'
            when n_rule is null and n_inner_scores >= 7 and n_grid is not null then 'grid'
        end as n_test_basis
    from on_grids
),

final as (
    select
        task,
        subtask,
        metric,
        family,
        -- The rule is the same for all.
        null::bigint as shots,
        n_examples,
        n_rule,
        n_grid,
        n_inner_scores,
        is_on_rule_grid,
        -- Half a unit of the fourth decimal: what rounding of the scores could move them off the rule's grid.
        list_bool_and(
            list_transform(
                scores,
                lambda score: abs(score - round(score, 4)) < 1e-12
                    and abs(score - round(score * n_rule) / n_rule) <= 5.1e-5
            )
        ) as is_on_rule_grid_if_rounded,
        case n_test_basis
            when 'rule' then n_rule
            when 'grid' then n_grid
        end as n_test,
        n_test_basis
    from judged
)

select * from final
