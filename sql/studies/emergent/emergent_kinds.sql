-- How many of the emergent curves are aggregates, fall, or repeat another one.
select
    convention,
    count(*) as emergent,
    count(*) filter (where is_aggregate) as aggregates,
    count(*) filter (where is_falling) as falling,
    count(*) filter (where has_emergent_copy and family = 'BIG-G T=1') as copies,
    count(*) filter (where status = 'infinite') as infinite,
    count(*) filter (
        where not is_aggregate
            and not is_falling
            and not (has_rising_copy and family = 'BIG-G T=1')
    ) as rising_leaves_once,
    count(distinct task) as tasks
from emergent_by_convention
group by convention
