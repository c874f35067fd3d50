select
    task,
    subtask,
    family,
    preferred_metric,
    kind as task_type,
    is_aggregate = 1 as is_aggregate,
    n_examples,
    chance,
    averaged = 1 as is_averaged
from read_csv(
    'tasks.csv',
    header = true,
    auto_detect = false,
    columns = {
        task: 'varchar',
        subtask: 'varchar',
        family: 'varchar',
        preferred_metric: 'varchar',
        metric_basis: 'varchar',
        kind: 'varchar',
        is_aggregate: 'integer',
        n_examples: 'bigint',
        chance: 'double',
        metrics: 'varchar',
        averaged: 'integer'
    }
)
