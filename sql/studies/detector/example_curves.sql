-- Three curves that E calls emergent or whose largest model exceeds its forecast, as pictures of why a curve can look emergent:
-- a late gain that another family repeats, the one with the smallest p; of the curves at chance on 200 or more test examples
-- the one with the widest range; and of those that span one example at most, in the task that has most of them, the first
-- whose largest model alone has that example right. One row per point, with Wilson's 95 % interval of each score.
with

emergent as (
    select
        detected_curves.*,
        count(*) filter (where is_one_example) over (partition by detected_curves.task) as of_task
    from detected_curves
    inner join convention_values using (curve_id)
    where convention_values.convention = 'with_infinite'
        and convention_values.is_emergent
),

kinds as (
    (
        select
            1 as number,
            'late gain' as kind,
            curve_id
        from late_gains
        where families_repeating > 0
            and n_test >= 50
        order by
            p,
            curve_id
        limit 1
    )
    union all
    (
        select
            2 as number,
            'small test set' as kind,
            emergent.curve_id
        from emergent
        inner join testable_curves using (curve_id)
        where is_one_example
            and last_gain > 0
            and list_max(scores[:-2]) = list_min(scores[:-2])
        order by
            of_task desc,
            emergent.curve_id
        limit 1
    )
    union all
    (
        select
            3 as number,
            'guessing' as kind,
            emergent.curve_id
        from emergent
        inner join emergence using (curve_id)
        where emergent.is_at_chance
            and emergent.n_test >= 200
        order by
            emergence.span desc,
            emergent.curve_id
        limit 1
    )
),

final as (
    select
        kinds.number,
        kinds.kind,
        kinds.curve_id,
        emergence.task,
        emergence.subtask,
        emergence.metric,
        emergence.shots,
        emergence.family,
        emergence.n_test,
        emergence.emergence_score,
        emergence.status,
        curve_tests.chance,
        curve_tests.without_1_predicted as predicted,
        curve_tests.without_1_low as forecast_low,
        curve_tests.without_1_high as forecast_high,
        points.position,
        points.scale,
        scale_names.scale_name,
        points.score,
        curve_tests.fitted[points.position] as fitted,
        wilson_low(points.score, emergence.n_test) as low,
        wilson_high(points.score, emergence.n_test) as high
    from kinds
    inner join emergence using (curve_id)
    inner join curve_tests using (curve_id)
    inner join curve_points as points using (curve_id)
    cross join scale_names
)

select * from final
order by
    number,
    position
