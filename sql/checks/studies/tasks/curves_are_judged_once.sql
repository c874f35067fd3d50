-- curves with two verdicts, or with one that sql/seeds/verdicts.csv does not explain
-- see the joins in sql/studies/tasks/curve_verdicts.sql, and add the verdict to the seed.
select
    curve_verdicts.curve_id,
    any_value(curve_verdicts.verdict) as verdict,
    count(*) as times
from curve_verdicts
left join verdicts using (verdict)
group by curve_verdicts.curve_id
having count(*) > 1
    or count(verdicts.verdict) = 0
