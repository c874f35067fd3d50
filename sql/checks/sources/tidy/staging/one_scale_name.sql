-- models ordered by one thing in some rows and by another in others, so that their order would mean nothing
-- write the same scale_name in every row, or make a table of each.
select
    scale_name,
    count(*) as row_count
from tidy_rows
where set_aside_because is null
group by scale_name
qualify count(*) over () > 1
order by scale_name
