select
    family,
    model,
    params
from read_csv(
    'models.csv',
    header = true,
    columns = {
        family: 'varchar',
        model: 'varchar',
        params: 'bigint',
        params_source: 'varchar'
    }
)
