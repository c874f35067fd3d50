select
    number,
    n_test_class,
    least,
    most
from read_csv(
    'n_test_classes.csv',
    header = true,
    auto_detect = false,
    columns = {
        number: 'integer',
        n_test_class: 'varchar',
        least: 'bigint',
        most: 'bigint'
    }
)
