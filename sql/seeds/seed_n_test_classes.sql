select
    number,
    n_test_class,
    least,
    most
from read_csv(
    'n_test_classes.csv',
    header = true,
    columns = {
        number: 'integer',
        n_test_class: 'varchar',
        least: 'bigint',
        most: 'bigint'
    }
)
