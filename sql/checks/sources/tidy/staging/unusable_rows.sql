-- rows that cannot be used, by their number under the header
-- mend them, or leave them out with KEEP_GOING=1.
select row_number, reason
from unusable_rows
where not coalesce(getvariable('keep_going'), false)
order by row_number
