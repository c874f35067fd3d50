-- The curves that the published reading calls emergent, one by one.
select * exclude (reading, span, status)
from emergent_by_reading
where reading = 'published'
