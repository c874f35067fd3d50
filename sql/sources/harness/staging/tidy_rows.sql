-- Every value as a row of a tidy table, in the order that SCALE asks for: sizes of a family, checkpoints of a model, or the
-- loss of either.
with

known as (
    select
        runs.*,
        evidence.is_proportion as looks_like_proportion,
        coalesce(evidence.higher_is_better, seed_common_metrics.higher_is_better, seed_metrics.direction = 'higher_is_better')
            as direction,
        coalesce(seed_metrics.is_proportion, seed_common_metrics.is_proportion) as known_proportion,
        chosen.checkpoint as chosen_checkpoint,
        losses.loss,
        bool_and(tokens is not null or isinf(runs.checkpoint) or run is distinct from 1) over () as has_tokens
    from harness_runs as runs
    left join harness_evidence as evidence using (metric)
    left join seed_metrics
        on seed_metrics.metric = runs.base_metric
    left join seed_common_metrics
        on seed_common_metrics.metric = runs.base_metric
    left join chosen_checkpoints as chosen
        on chosen.family = runs.family
        and chosen.shots = runs.shots
    left join harness_losses as losses
        on losses.model = runs.model
        and losses.checkpoint = runs.checkpoint
),

judged as (
    select
        *,
        case
            when set_aside_because is not null then set_aside_because
            when run > 1 then 'repeated run'
            when direction is null then 'direction of the metric not known'
            when known_proportion and isfinite(score) and (score < 0 or score > 1)
                then 'a proportion outside 0 to 1, in per cent?'
            when getvariable('scale') = 'size' and checkpoint <> chosen_checkpoint then 'another checkpoint'
            when getvariable('scale') = 'training' and isinf(checkpoint) then 'no training step'
            when getvariable('scale') = 'training' and checkpoint = 0 then 'before the first step'
            when getvariable('scale') = 'loss' and loss is null then 'loss not known'
            when getvariable('scale') = 'loss' and task = getvariable('loss') and not known_proportion
                then 'is the scale itself'
        end as reason
    from known
),

final as (
    select
        row_id,
        task,
        task as subtask,
        is_aggregate,
        metric,
        base_metric,
        shots,
        if(getvariable('scale') = 'training', model, family) as family,
        case getvariable('scale')
            when 'size' then model
            when 'training' then if(isinf(checkpoint), 'finished', 'step ' || checkpoint::bigint)
            else model || if(isinf(checkpoint), '', ' step ' || checkpoint::bigint)
        end as model,
        case getvariable('scale')
            when 'size' then params
            when 'training' then if(has_tokens, tokens, checkpoint)
            else exp(-loss)
        end as scale,
        case getvariable('scale')
            when 'size' then 'parameters'
            when 'training' then if(has_tokens, 'tokens', 'steps')
            else '1 / perplexity of ' || getvariable('loss')
        end as scale_name,
        score,
        direction as higher_is_better,
        if(known_proportion is null, looks_like_proportion, null) as is_proportion,
        chance,
        n_test,
        case
            when n_counted > 0 then 'n-samples'
            when n_test is not null then 'standard error'
        end as n_test_basis,
        standard_error,
        path as source,
        -- Files are too many to list.
        judged.family as origin,
        null::varchar as unusable_because,
        reason as set_aside_because
    from judged
)

select * from final
