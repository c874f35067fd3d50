select
    pattern,
    chance
from read_csv(
    'common_tasks.csv',
    header = true,
    auto_detect = false,
    columns = {
        pattern: 'varchar',
        chance: 'double',
        note: 'varchar'
    }
)
