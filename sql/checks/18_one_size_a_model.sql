-- models of several sizes under one name, whose place in a curve would change from file to file
-- see which file is wrong about its model's parameters, or order each curve by its own files' sizes with KEEP_GOING=1.
select
    family,
    model,
    list(distinct params)::varchar as sizes,
    arg_min(path, params) as smallest_in,
    arg_max(path, params) as largest_in
from stg_rows
where not coalesce(getvariable('keep_going'), false)
group by
    family,
    model
having count(distinct coalesce(params, -1)) > 1
order by all
