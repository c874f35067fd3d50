-- How well E over the threshold, and the order of curves by E, agree with two definitions of a sudden gain on the scores.
-- A curve that a convention leaves out is not found. The area is that under the ROC curve: the chance that a curve with a
-- gain stands above one without, ties counted half; in it an infinite score is the largest, kept by the convention or not.
with

valued as (
    select
        convention_values.convention,
        curve_id,
        if(is_absolute, abs(convention_values.emergence_score), convention_values.emergence_score) as rank_value,
        is_emergent
    from convention_values
    inner join seed_conventions using (convention)
    union all
    select
        'x-aware',
        curve_id,
        x_aware,
        x_aware > getvariable('threshold')
    from detected_curves
    where x_aware is not null
),

truths as (
    select
        curve_id,
        'large late gain' as truth,
        is_large_gain as is_positive
    from detected_curves
    where is_large_possible
    union all
    select
        curve_id,
        'late gain after correction',
        is_late_gain
    from detected_curves
    where is_late_possible
),

ranked as (
    select
        truth,
        convention,
        is_positive,
        is_emergent,
        rank() over (partition by truth, convention order by rank_value)
            + (count(*) over (partition by truth, convention, rank_value) - 1) / 2 as place
    from truths
    inner join valued using (curve_id)
),

counted as (
    select
        convention,
        truth,
        count(*) as curves,
        count(*) filter (where is_positive) as positives,
        curves - positives as negatives,
        count(*) filter (where is_positive and is_emergent) as found,
        count(*) filter (where not is_positive and is_emergent) as false_alarms,
        sum(place) filter (where is_positive) as places_of_positives
    from ranked
    group by
        convention,
        truth
),

final as (
    select
        convention,
        truth,
        curves,
        positives,
        found,
        found / nullif(positives, 0) as sensitivity,
        1 - false_alarms / nullif(negatives, 0) as specificity,
        false_alarms,
        false_alarms / nullif(negatives, 0) as false_positive_share,
        found + false_alarms as emergent,
        found / nullif(emergent, 0) as precision,
        (places_of_positives - positives * (positives + 1) / 2) / nullif(positives * negatives, 0) as area
    from counted
)

select * from final
