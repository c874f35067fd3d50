-- How often the same BIG-G model gives the same score at sampling temperatures 0 and 1.
with

pairs as (
    select
        curve_copies.curve_id,
        curves.metric,
        originals.score = copies.score as is_equal
    from curve_copies
    inner join curves using (curve_id)
    inner join curve_points as copies using (curve_id)
    inner join curve_points as originals
        on originals.curve_id = curve_copies.original_id
        and originals.model = copies.model
),

by_curve as (
    select
        metric,
        count(*) as scores,
        count(*) filter (where is_equal) as equal_scores,
        bool_and(is_equal) as is_identical
    from pairs
    group by
        metric,
        curve_id
),

final as (
    select
        metric,
        sum(scores)::bigint as score_pairs,
        sum(equal_scores)::bigint as equal_scores,
        sum(equal_scores) / sum(scores) as share_equal,
        count(*) as curve_pairs,
        count(*) filter (where is_identical) as identical_curves
    from by_curve
    group by metric
)

select * from final
