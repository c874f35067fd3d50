select
    reading,
    is_absolute = 1 as is_absolute,
    keeps_infinite = 1 as keeps_infinite,
    description
from read_csv(
    'readings.csv',
    header = true,
    columns = {
        reading: 'varchar',
        is_absolute: 'integer',
        keeps_infinite: 'integer',
        description: 'varchar'
    }
)
