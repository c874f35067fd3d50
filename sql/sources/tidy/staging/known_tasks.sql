-- What the source itself says of its tasks. What is known of BIG-bench's need not hold where others chose the examples,
-- the prompt or the metric.
select
    task,
    subtask,
    null::varchar as family,
    null::varchar as preferred_metric,
    null::varchar as task_type,
    bool_or(is_aggregate) as is_aggregate,
    null::bigint as n_examples,
    null::double as chance,
    null::boolean as is_averaged
from tidy_rows
where set_aside_because is null
group by all
