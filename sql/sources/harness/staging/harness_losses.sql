-- What each checkpoint of each model loses on the task that LOSS names: the log of its perplexity, in nats. All of a family
-- are measured by the same metric and number of shots: those that most of its checkpoints have, or else the fewest shots.
with

perplexities as (
    select
        family,
        model,
        checkpoint,
        metric,
        shots,
        if(base_metric = 'bits_per_byte', score * ln(2), ln(score)) as loss
    from harness_runs
    where run = 1
        and task = getvariable('loss')
        and base_metric in ('ppl', 'perplexity', 'word_perplexity', 'byte_perplexity', 'bits_per_byte')
        and (score > 0 or base_metric = 'bits_per_byte')
        and isfinite(score)
),

measures as (
    select
        family,
        metric,
        shots,
        count(*) as checkpoints
    from perplexities
    group by all
),

chosen as (
    select
        family,
        arg_max(metric, (checkpoints, -shots, metric)) as metric,
        arg_max(shots, (checkpoints, -shots, metric)) as shots
    from measures
    group by family
),

final as (
    select
        model,
        checkpoint,
        loss
    from perplexities
    inner join chosen using (family, metric, shots)
)

select * from final
