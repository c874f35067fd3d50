-- What the user should know of curves before reading their tests: what keeps them from being tested, and where names
-- decide the order of models.
with

chance_not_known as (
    select distinct
        1 as position,
        'chance level not known, so that proportions of these tasks are not tested (a column chance of the scores can say it, '
            || 'or TASKS= a table with the columns task and chance): ' as remark,
        curves.task as name
    from curves
    inner join chance_levels using (curve_id)
    inner join known_metrics using (metric)
    where known_metrics.is_proportion
        and not curves.is_aggregate
        and chance_levels.chance is null
),

tied as (
    select distinct
        2 as position,
        'equal ' || scale_names.scale_name || ' in one family, so ordered by name: ' as remark,
        scale_ties.family || ': ' || scale_ties.models as name
    from scale_ties
    cross join scale_names
),

remarks as (
    select * from chance_not_known
    union all
    select * from tied
),

-- Five by name.
final as (
    select
        position,
        remark || array_to_string(list(name order by name)[:5], '; ')
            || if(count(*) > 5, format(' and {} more', count(*) - 5), '') as line
    from remarks
    group by
        position,
        remark
)

select * from final
