-- What each checkpoint of each model loses on the task that LOSS names: the log of its perplexity, in nats, where several
-- prompts were tried the one with the fewest examples.
with

perplexities as (
    select
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

final as (
    select
        model,
        checkpoint,
        arg_min(loss, (shots, metric)) as loss
    from perplexities
    group by
        model,
        checkpoint
)

select * from final
