-- What every checkpoint of every model loses on lambada_openai: the log of its perplexity, without examples in the prompt.
select
    family as model,
    split_part(model, ' ', 2)::bigint as step,
    ln(score) as loss
from stg_scores
where task = 'lambada_openai'
    and metric = 'ppl'
    and shots = 0
