-- How far the answer moves between thresholds and conventions.
with

-- Each threshold with the shares of two conventions that differ in one thing.
pairs as (
    select
        abs(plain.share_two_metrics - other.share_two_metrics) as moved,
        plain_rule.keeps_infinite <> other_rule.keeps_infinite as is_by_infinite
    from conventions as plain
    inner join conventions as other using (threshold)
    inner join seed_conventions as plain_rule on plain_rule.convention = plain.convention
    inner join seed_conventions as other_rule on other_rule.convention = other.convention
    where (plain_rule.keeps_infinite <> other_rule.keeps_infinite)
        <> (plain_rule.is_absolute <> other_rule.is_absolute)
),

moves as (
    select
        coalesce(max(moved) filter (where is_by_infinite), 0) as moved_by_infinite,
        coalesce(max(moved) filter (where not is_by_infinite), 0) as moved_by_sign
    from pairs
),

extremes as (
    select
        min(threshold) as lowest_threshold,
        max(threshold) as highest_threshold,
        min(emergent) as fewest,
        max(emergent) as most,
        min(metrics_with_emergent) as fewest_metrics,
        max(metrics_with_emergent) as most_metrics,
        min(share_two_metrics) as lowest_share,
        max(share_two_metrics) as highest_share
    from conventions
),

final as (
    select *
    from extremes
    cross join moves
)

select * from final
