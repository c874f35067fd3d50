-- The curves under their tasks' preferred metrics: the table that every finding rests on.
select * exclude (is_preferred)
from emergence_all
where is_preferred
