-- What every checkpoint of every model loses on lambada_openai: the log of its perplexity, without examples in the prompt.
select
    model,
    checkpoint::bigint as step,
    ln(score) as loss
from harness_runs
where run = 1
    and task = 'lambada_openai'
    and metric = 'ppl'
    and shots = 0
    and isfinite(checkpoint)
