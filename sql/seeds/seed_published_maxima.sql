select
    metric,
    published_max
from read_csv(
    'published_fig5a_max.csv',
    header = true,
    auto_detect = false,
    columns = {
        metric: 'varchar',
        published_max: 'double'
    }
)
