-- Who measured the scores, where the table says it.
select
    coalesce(source, 'not stated') as source,
    count(*) as row_count,
    count(distinct task) as tasks,
    count(distinct model) as models,
    string_agg(distinct metric, ', ' order by metric) as metrics
from tidy_rows
where set_aside_because is null
group by all
