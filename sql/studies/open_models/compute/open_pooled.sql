-- Sums and products of Pythia, pooled over their first operand, at every checkpoint that all 100 operands were measured at;
-- and how much single operands differ there.
select
    split_part(scores.task, '_', 4) as operation,
    scores.shots,
    models.model,
    models.params,
    split_part(scores.model, ' ', 2)::bigint as step,
    scores.scale as tokens,
    count(*) as operands,
    50 * count(*) as n_test,
    -- Of whole counts: a sum of shares depends on its order in the last bits.
    sum(round(50 * scores.score)) / (50 * count(*)) as score,
    quantile_cont(scores.score, 0.1) as operand_low,
    quantile_cont(scores.score, 0.9) as operand_high
from stg_scores as scores
inner join harness_models as models
    on models.model = scores.family
group by all
having count(*) = 100
