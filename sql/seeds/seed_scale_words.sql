select
    scale_name,
    first_one,
    last_one,
    earlier,
    point,
    places,
    is_by_size
from read_csv(
    'scale_words.csv',
    header = true,
    auto_detect = false,
    columns = {
        scale_name: 'varchar',
        first_one: 'varchar',
        last_one: 'varchar',
        earlier: 'varchar',
        point: 'varchar',
        places: 'varchar',
        is_by_size: 'boolean'
    }
)
