-- models of several sizes under one name, whose place in a curve would change from file to file
-- see which is wrong, or order each curve by the sizes that its own scores come with, with KEEP_GOING=1.
select
    family,
    model,
    list(distinct params)::varchar as sizes,
    arg_min(path, params) as smallest_in,
    arg_max(path, params) as largest_in
from stg_rows
where set_aside_because is distinct from 'unusable'
    and not coalesce(getvariable('keep_going'), false)
group by
    family,
    model
having count(distinct coalesce(params, -1)) > 1
order by all
