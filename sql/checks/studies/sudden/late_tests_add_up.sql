-- sides whose q values are smaller than their p, or lists that hold another number of curves than q says
-- see the correction in sql/studies/sudden/late_tests.sql.
with

lists as (
    select 'upper' as side, count(*) as listed from late_gains
    union all
    select 'lower' as side, count(*) as listed from late_losses
)

select
    side,
    count(*) filter (where q < p * (1 - 1e-12)) as too_small,
    count(*) filter (where q < 0.05) as found,
    any_value(listed) as listed
from late_tests
inner join lists using (side)
group by side
having too_small > 0 or found <> listed
order by side
