-- Both sides of every forecast of a largest model, with q over the proportions of the side, and over the curves of other metrics whose standard errors are known.
-- A curve that repeats another one's models at a second temperature does not count again; what it says is kept beside, as is how many other families say the same of the same scores.
with

largest as (
    select
        curve_id,
        arg_max(model, position) as model,
        arg_max(score, position) as score
    from curve_points
    group by curve_id
),

sides as (
    select
        curve_tests.*,
        'upper' as side,
        without_1_upper_p as p
    from curve_tests
    union all by name
    select
        curve_tests.*,
        'lower' as side,
        without_1_lower_p as p
    from curve_tests
),

told as (
    select
        sides.curve_id,
        side,
        sides.task,
        sides.subtask,
        sides.metric,
        sides.shots,
        sides.family,
        sides.basis,
        largest.model,
        sides.n_test,
        sides.n_test_class,
        -- As the tests see it: more is better, and a metric without bounds is its logarithm.
        if(higher_is_better, 1, -1)
            * (if(is_log_scaled, ln(largest.score), largest.score) - if(higher_is_better or not is_proportion, 0, 1)) as score,
        without_1_predicted as predicted,
        without_1_low as low,
        without_1_high as high,
        scores[-1] = if(higher_is_better, list_max(scores), list_min(scores)) as is_best,
        p
    from sides
    inner join testable_curves using (curve_id)
    inner join largest using (curve_id)
    where is_tested
        and not is_exploratory
        and p is not null
),

ranked as (
    select
        told.*,
        row_number() over (partition by side, basis order by p, told.curve_id) as place,
        count(*) over (partition by side, basis) as curves
    from told
    anti join curve_copies using (curve_id)
),

corrected as (
    select
        * exclude (place, curves),
        adjusted_p(p, place, curves, side || basis) as q
    from ranked
),

copies as (
    select
        curve_copies.original_id as curve_id,
        told.side,
        told.p as p_of_copy
    from told
    inner join curve_copies using (curve_id)
),

elsewhere as (
    select
        one.curve_id,
        one.side,
        count(*) as families_compared,
        count(*) filter (where others.p < 0.05) as families_repeating
    from corrected as one
    inner join corrected as others using (task, subtask, metric, shots, side)
    where others.family <> one.family
    group by
        one.curve_id,
        one.side
),

final as (
    select
        corrected.*,
        copies.p_of_copy,
        coalesce(families_compared, 0) as families_compared,
        coalesce(families_repeating, 0) as families_repeating
    from corrected
    left join copies using (curve_id, side)
    left join elsewhere using (curve_id, side)
)

select * from final
