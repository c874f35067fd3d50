-- What is known of the metrics. A metric without a direction is taken as better where it is higher.
select
    metric,
    is_proportion,
    direction is distinct from 'lower_is_better' as higher_is_better,
    false as is_log_scaled,
    false as is_neutral
from seed_metrics
