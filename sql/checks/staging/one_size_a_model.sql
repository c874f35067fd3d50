-- models of several sizes under one name, whose place in a curve would change from file to file
-- see which is wrong, or order each curve by the sizes that its own scores come with, with KEEP_GOING=1.
select
    family,
    model,
    list(distinct scale)::varchar as sizes,
    arg_min(path, scale) as smallest_in,
    arg_max(path, scale) as largest_in
from stg_rows
where coalesce(set_aside_because, 'averaged') in ('averaged', 'conflicting', 'duplicate')
    and not coalesce(getvariable('keep_going'), false)
group by
    family,
    model
having count(distinct coalesce(scale, -1)) > 1
order by all
