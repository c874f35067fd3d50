select
    metric,
    is_proportion = 1 as is_proportion,
    higher_is_better = 1 as higher_is_better,
    chance_from,
    is_log_scaled = 1 as is_log_scaled,
    neutral
from read_csv(
    'common_metrics.csv',
    header = true,
    auto_detect = false,
    columns = {
        metric: 'varchar',
        is_proportion: 'integer',
        higher_is_better: 'integer',
        chance_from: 'varchar',
        is_log_scaled: 'integer',
        neutral: 'double',
        note: 'varchar'
    }
)
