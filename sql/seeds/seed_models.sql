select
    family,
    model,
    params
from read_csv(
    'models.csv',
    header = true,
    auto_detect = false,
    columns = {
        family: 'varchar',
        model: 'varchar',
        params: 'bigint',
        params_source: 'varchar'
    }
)
