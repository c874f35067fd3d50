-- Whose scores they are: who measured them, where a table says it, or the family of models of harness results.
select
    origin as source,
    count(*) as row_count,
    count(distinct task) as tasks,
    count(distinct model) as models,
    string_agg(distinct metric, ', ' order by metric) as metrics
from tidy_rows
where set_aside_because is null
group by all
