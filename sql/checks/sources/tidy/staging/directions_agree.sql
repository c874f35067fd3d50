-- metrics whose direction differs from row to row, or from that in sql/seeds/metrics.csv
-- mend the column higher_is_better (1: higher is better, 0: lower is), or give the metric a name of its own.
select
    tidy_rows.metric,
    list(distinct tidy_rows.higher_is_better)::varchar as higher_is_better,
    any_value(seed_metrics.direction) as in_metrics_csv
from tidy_rows
left join seed_metrics using (metric)
where tidy_rows.higher_is_better is not null
group by tidy_rows.metric
having count(distinct tidy_rows.higher_is_better) > 1
    or bool_or(tidy_rows.higher_is_better <> (seed_metrics.direction = 'higher_is_better'))
order by metric
