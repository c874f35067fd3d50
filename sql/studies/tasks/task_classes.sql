-- What people said of a task against its verdict: one row per annotated class and verdict. repeated counts the late gains
-- that another family shows on the same subtask and number of shots.
with

repeated as (
    select distinct task
    from late_gains
    where families_repeating > 0
),

final as (
    select
        coalesce(tasks.annotated_class, 'not annotated') as annotated_class,
        tasks.verdict,
        count(*) as tasks,
        count(*) filter (where tasks.verdict = 'late gain' and repeated.task is not null) as repeated
    from tasks
    left join repeated using (task)
    group by all
)

select * from final
order by
    annotated_class,
    verdict
