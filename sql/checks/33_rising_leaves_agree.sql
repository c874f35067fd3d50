-- readings that differ in the sign alone but count other rising leaves
-- a rising curve is over the threshold in both or in neither: see sql/35_emergent_kinds.sql.
select kinds.reading, kinds.rising_leaves_once, other.reading as other_reading, other.rising_leaves_once as other_count
from emergent_kinds as kinds
inner join seed_readings as own on own.reading = kinds.reading
inner join emergent_kinds as other on other.reading <> kinds.reading
inner join seed_readings as others on others.reading = other.reading
where own.keeps_infinite = others.keeps_infinite
    and kinds.rising_leaves_once <> other.rising_leaves_once
order by all
