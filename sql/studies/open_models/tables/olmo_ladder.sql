-- The OLMo ladder: the last checkpoints of five sizes at each of five budgets of training tokens, under four metrics of the
-- same outputs (allenai/OLMo, Apache-2.0). Two larger models were trained on far more tokens, and reruns repeat a budget.
select
    task,
    metric,
    'OLMo ladder ' || tokens as family,
    run as model,
    params,
    score
from read_csv(getvariable('file'))
where family = 'OLMo-ladder'
    and not contains(run, 'rerun')
    and params < 5e9
    and score is not null
