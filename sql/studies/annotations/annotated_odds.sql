-- The two-by-two table of BIG-bench's JSON tasks: annotated as emergent or not, under one of the two metrics or not.
select
    is_emergent,
    count(*) filter (
        where task_level_preferred_metric in (select metric from seed_two_metrics)
    ) as two_metrics,
    count(*) - two_metrics as other_metrics
from seed_annotations
where task_type = 'json'
group by is_emergent
