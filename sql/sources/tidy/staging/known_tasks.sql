-- Nothing: what is known of BIG-bench's tasks need not hold where others chose the examples, the prompt or the metric.
select *
from seed_tasks
where false
