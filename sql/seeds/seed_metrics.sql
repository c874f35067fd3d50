select
    metric,
    is_proportion = 1 as is_proportion,
    direction,
    smoothness_class,
    on_published_axis = 'yes' as is_on_published_axis
from read_csv(
    'metrics.csv',
    header = true,
    auto_detect = false,
    columns = {
        metric: 'varchar',
        origin: 'varchar',
        range: 'varchar',
        is_proportion: 'integer',
        times_100_in_bigbench_loader: 'varchar',
        direction: 'varchar',
        smoothness_class: 'varchar',
        class_basis: 'varchar',
        on_published_axis: 'varchar'
    }
)
