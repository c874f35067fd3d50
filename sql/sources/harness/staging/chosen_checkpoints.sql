-- The checkpoint at which the models of a family are compared: the one that most of them have, the last of several.
with

held as (
    select
        family,
        shots,
        checkpoint,
        list(distinct model) as models
    from harness_runs
    where run = 1
    group by all
),

chosen as (
    select
        family,
        shots,
        arg_max(checkpoint, (len(models), checkpoint)) as checkpoint,
        arg_max(models, (len(models), checkpoint)) as models,
        list_distinct(flatten(list(models))) as all_models,
        -- The last checkpoint of any model, which others may not have.
        max(checkpoint) as latest
    from held
    group by
        family,
        shots
),

final as (
    select
        family,
        shots,
        checkpoint,
        len(models) as models,
        latest,
        -- Models of which no score stands at this checkpoint.
        nullif(array_to_string(list_sort(list_filter(all_models, lambda model: not list_contains(models, model))), ', '), '')
            as without
    from chosen
)

select * from final
