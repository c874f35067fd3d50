-- conventions that differ in the sign alone but count other rising leaves
-- a rising curve is over the threshold in both or in neither: see sql/studies/emergent/emergent_kinds.sql.
select kinds.convention, kinds.rising_leaves_once, other.convention as other_reading, other.rising_leaves_once as other_count
from emergent_kinds as kinds
inner join seed_conventions as own on own.convention = kinds.convention
inner join emergent_kinds as other on other.convention <> kinds.convention
inner join seed_conventions as others on others.convention = other.convention
where own.keeps_infinite = others.keeps_infinite
    and kinds.rising_leaves_once <> other.rising_leaves_once
order by all
