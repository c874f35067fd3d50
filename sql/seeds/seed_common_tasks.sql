select
    pattern,
    chance
from read_csv(
    'common_tasks.csv',
    header = true,
    columns = {
        pattern: 'varchar',
        chance: 'double',
        note: 'varchar'
    }
)
