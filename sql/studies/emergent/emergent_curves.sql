-- The curves that the published convention calls emergent, one by one.
select * exclude (convention, curve_id, span, status)
from emergent_by_convention
where convention = 'published'
