-- How well each convention fits the published figure: the metrics whose largest value lies within 0.1 of the largest drawn.
select
    by_metric.convention,
    count(*) as maxima,
    count(*) filter (
        where abs(by_metric.maximum - seed_published_maxima.published_max) <= 0.1
    ) as maxima_matched
from by_metric
inner join seed_published_maxima using (metric)
group by by_metric.convention
