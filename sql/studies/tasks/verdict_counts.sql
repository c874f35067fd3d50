-- How many tasks and curves have each verdict.
with

of_tasks as (
    select
        verdict,
        count(*) as tasks
    from tasks
    group by verdict
),

of_curves as (
    select
        verdict,
        count(*) as curves
    from curve_verdicts
    group by verdict
),

final as (
    select
        verdicts.place,
        verdicts.verdict,
        coalesce(of_tasks.tasks, 0) as tasks,
        coalesce(of_curves.curves, 0) as curves,
        verdicts.meaning
    from verdicts
    left join of_tasks using (verdict)
    left join of_curves using (verdict)
)

select * from final
