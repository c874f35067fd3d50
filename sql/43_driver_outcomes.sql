-- One row a curve and outcome: whether the curve is emergent, and the one reason why it is not in that outcome's
-- regression, if there is one. Only finite scores can be emergent under the published reading, and with few test examples
-- they cannot be large: what arithmetic decides is no finding.
with

outcomes as (
    select
        outcome[4:] as outcome,
        is_emergent,
        if(outcome = 'is_published_tenth', 0.1, 1) * getvariable('threshold') as threshold,
        unpivoted.* exclude (outcome, is_emergent)
    from driver_curves
        unpivot include nulls (
            is_emergent for outcome in (is_published, is_published_tenth, is_with_infinite)
        ) as unpivoted
),

numbered as (
    select
        *,
        case
            when left_out_number is not null then left_out_number
            when is_emergent is null then 6
            when outcome <> 'with_infinite' and largest_finite <= threshold then 7
            else 0
        end as number
    from outcomes
),

final as (
    select
        outcome,
        threshold,
        number,
        case number
            when 0 then 'in the regression'
            when 6 then 'infinite score, which this reading leaves out'
            when 7 then 'n_test so small that no finite |E| can pass the threshold'
            else left_out_because
        end as part,
        coalesce(is_emergent, false) as is_emergent,
        task,
        subtask,
        metric,
        shots,
        family,
        metric_class,
        n_test,
        n_scales,
        status
    from numbered
)

select * from final
