-- What the rule for tied maxima and minima does to the signs: the first counts; here beside the last.
with

directed as (
    select
        status,
        emergence_score,
        emergence_score < 0 as falls_by_first,
        falls_by_first <> turns_on_ties as falls_by_last,
        turns_on_ties
    from emergence
    where status in ('finite', 'infinite')
),

final as (
    select
        status,
        count(*) as curves,
        count(*) filter (where turns_on_ties) as turn_on_ties,
        count(*) filter (where falls_by_first) as falling_by_first,
        count(*) filter (where falls_by_last) as falling_by_last,
        count(*) filter (
            where abs(emergence_score) > getvariable('threshold') and not falls_by_first
        ) as emergent_by_first,
        count(*) filter (
            where abs(emergence_score) > getvariable('threshold') and not falls_by_last
        ) as emergent_by_last
    from directed
    group by status
)

select * from final
