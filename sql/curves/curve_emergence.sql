-- The emergence score of every curve in curve_points:
--
--     E = sign(argmax y - argmin y) * (max y - min y) / sqrt(median((y[i] - y[i-1])^2))
--
-- The first of tied maxima or minima counts; turns_on_ties tells where the last would give another sign.
-- Lists keyed by an integer, because windows over rows take twice the time.
with

ordered as (
    select
        curve_id,
        list(score order by position) as scores
    from curve_points
    group by curve_id
),

with_steps as (
    select
        curve_id,
        scores,
        list_transform(
            scores[2:],
            lambda score, i: (score - scores[i]) * (score - scores[i])
        ) as squared_steps,
        list_max(scores) as highest,
        list_min(scores) as lowest
    from ordered
),

measured as (
    select
        curve_id,
        len(scores) as n_scales,
        lowest,
        highest,
        scores[-1] as last_score,
        highest - lowest as span,
        sqrt(list_median(squared_steps)) as median_step,
        sign(list_position(scores, highest) - list_position(scores, lowest)) as direction,
        sign(
            list_position(list_reverse(scores), lowest) - list_position(list_reverse(scores), highest)
        ) as direction_by_last_ties,
        case
            when len(scores) = 1 then 'single'
            when not isfinite(highest) or not isfinite(lowest) then 'invalid'
            when highest = lowest then 'flat'
            when list_median(squared_steps) = 0 then 'infinite'
            else 'finite'
        end as status
    from with_steps
),

final as (
    select
        curve_id,
        n_scales,
        lowest,
        highest,
        last_score,
        case when status <> 'invalid' then span end as span,
        case when status not in ('single', 'invalid') then median_step end as median_step,
        case status
            when 'finite' then direction * span / median_step
            when 'infinite' then direction * 'infinity'::double
        end as emergence_score,
        status in ('finite', 'infinite') and direction <> direction_by_last_ties as turns_on_ties,
        status
    from measured
)

select * from final
