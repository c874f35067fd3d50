-- The checkpoint at which the models of a family are compared: the one that most of them have, the last of several.
with

held as (
    select
        family,
        shots,
        checkpoint,
        count(distinct model) as models
    from harness_runs
    where run = 1
    group by all
),

final as (
    select
        family,
        shots,
        arg_max(checkpoint, (models, checkpoint)) as checkpoint,
        max(models) as models,
        -- What some models went on to, and others did not.
        max(checkpoint) as latest
    from held
    group by
        family,
        shots
)

select * from final
