-- Curves with an upward step that curvature does not explain, after correction: where it lies and how large it is. Proportions and other metrics are corrected apart; copies do not count.
with

ranked as (
    select
        curve_tests.*,
        row_number() over (partition by basis order by broken_p, curve_id) as place,
        count(*) over (partition by basis) as curves
    from curve_tests
    anti join curve_copies using (curve_id)
    where is_tested
        and not is_exploratory
        and broken_p is not null
),

corrected as (
    select
        *,
        adjusted_p(broken_p, place, curves, basis) as q
    from ranked
),

final as (
    select
        corrected.curve_id,
        corrected.task,
        corrected.subtask,
        corrected.metric,
        corrected.shots,
        corrected.family,
        corrected.basis,
        points.model as first_after,
        corrected.n_test,
        corrected.broken_by,
        corrected.broken_p as p,
        corrected.q
    from corrected
    inner join curve_points as points
        on points.curve_id = corrected.curve_id
        and points.position = corrected.broken_at
    where corrected.q < 0.05
)

select * from final
