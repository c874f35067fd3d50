-- The same downward: largest models that score below the interval, after correction, and whether another family repeats it.
with

elsewhere as (
    select
        found.curve_id,
        count(*) as families_compared,
        count(*) filter (where others.p < 0.05) as families_repeating
    from late_tests as found
    inner join late_tests as others
        on others.task = found.task
        and others.subtask = found.subtask
        and others.metric = found.metric
        and others.shots = found.shots
        and others.side = found.side
        and others.family <> found.family
    group by found.curve_id, found.side
    having found.side = 'lower'
),

final as (
    select
        late_tests.curve_id,
        task,
        subtask,
        metric,
        shots,
        family,
        model,
        n_test,
        score,
        predicted,
        low,
        high,
        p,
        q,
        p_of_copy,
        coalesce(families_compared, 0) as families_compared,
        coalesce(families_repeating, 0) as families_repeating
    from late_tests
    left join elsewhere using (curve_id)
    where side = 'lower'
        and q < 0.05
)

select * from final
order by
    p,
    curve_id
