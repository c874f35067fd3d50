-- The two metrics of the published claim.
select metric
from read_csv(
    'two_metrics.csv',
    header = true,
    auto_detect = false,
    columns = {
        metric: 'varchar'
    }
)
