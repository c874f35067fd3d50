select
    convention,
    is_absolute = 1 as is_absolute,
    keeps_infinite = 1 as keeps_infinite,
    description
from read_csv(
    'conventions.csv',
    header = true,
    auto_detect = false,
    columns = {
        convention: 'varchar',
        is_absolute: 'integer',
        keeps_infinite: 'integer',
        description: 'varchar'
    }
)
