-- Sums and products of Pythia, pooled over their first operand, at every checkpoint that all 100 operands were measured at;
-- and how much single operands differ there.
select
    split_part(task, '_', 4) as operation,
    shots,
    model,
    params,
    checkpoint::bigint as step,
    tokens,
    count(*) as operands,
    50 * count(*) as n_test,
    -- Of whole counts: a sum of shares depends on its order in the last bits.
    sum(round(50 * score)) / (50 * count(*)) as score,
    quantile_cont(score, 0.1) as operand_low,
    quantile_cont(score, 0.9) as operand_high
from harness_runs
where run = 1
group by all
having count(*) = 100
