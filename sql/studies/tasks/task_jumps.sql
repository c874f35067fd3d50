-- Of each task with a jump: in how many curves, and the largest of them, by the fitted step, with the model after it.
with

jumps as (
    select
        verdicts.task,
        verdicts.family,
        verdicts.shots,
        points.model as point,
        verdicts.broken_by as step,
        count(*) over (partition by verdicts.task) as curves,
        row_number() over (
            partition by verdicts.task
            order by
                verdicts.broken_by desc,
                verdicts.curve_id
        ) as place
    from curve_verdicts as verdicts
    inner join curve_tests as tests using (curve_id)
    inner join curve_points as points
        on points.curve_id = verdicts.curve_id
        and points.position = tests.broken_at
    where verdicts.verdict = 'jump'
)

select * exclude (place)
from jumps
where place = 1
