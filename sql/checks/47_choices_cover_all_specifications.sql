-- choices whose levels do not add up to all specifications, so that one would be counted twice or never
-- the lists of names and levels must have the same order: see sql/47_specification_choices.sql.
select
    choice,
    sum(specifications) as specifications,
    sum(set_aside) as set_aside
from specification_choices
group by choice
having sum(specifications) <> (select count(*) from specification_curve)
    or sum(set_aside) <> (select count(*) from specification_curve where set_aside_because is not null)
order by choice
