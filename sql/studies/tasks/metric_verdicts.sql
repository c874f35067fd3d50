-- One verdict per task and metric, by the rule that gives one per task (sql/studies/tasks/tasks.sql).
with

judged as (
    select
        curve_verdicts.task,
        curve_verdicts.metric,
        judged_place(
            min(verdicts.place),
            count(*) filter (where verdicts.verdict = 'inconclusive' and curve_verdicts.n_scales >= 5)
        ) as place
    from curve_verdicts
    inner join verdicts using (verdict)
    group by
        curve_verdicts.task,
        curve_verdicts.metric
),

final as (
    select
        judged.task,
        judged.metric,
        judged.place,
        verdicts.verdict
    from judged
    inner join verdicts using (place)
)

select * from final
