select
    pattern,
    tokens_per_step
from read_csv(
    'tokens_per_step.csv',
    header = true,
    auto_detect = false,
    columns = {
        pattern: 'varchar',
        tokens_per_step: 'double',
        source: 'varchar'
    }
)
