-- Each model and the next larger one of its family on the same examples, with McNemar's p corrected over all of them.
with

ranked as (
    select
        *,
        row_number() over (order by p, task, shots, metric, model, other_model, n) as place,
        count(*) over () as pairs
    from example_pairs
    where n > 0
),

corrected as (
    select
        *,
        adjusted_p(p, place, pairs, 'examples') as q
    from ranked
),

final as (
    select
        task,
        shots,
        metric,
        model as smaller,
        other_model as larger,
        n,
        "right" as smaller_right,
        other_right as larger_right,
        only_first as only_smaller,
        only_second as only_larger,
        p,
        q,
        case
            when q >= 0.05 then 'cannot be told'
            when only_second > only_first then 'larger better'
            else 'larger worse'
        end as verdict,
        r,
        r_low,
        r_high
    from corrected
)

select * from final
