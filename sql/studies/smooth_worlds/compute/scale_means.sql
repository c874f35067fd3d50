-- The mean score of each model over the leaf curves of the three metrics that most curves have.
with

leaves as (
    select
        curves.metric,
        curves.family,
        curve_points.model,
        curve_points.params,
        curve_points.score
    from curve_points
    inner join curves using (curve_id)
    where curves.metric in ('exact_str_match', 'multiple_choice_grade', 'rougeLsum')
        and not curves.is_aggregate
        and isfinite(curve_points.score)
),

final as (
    select
        metric,
        family,
        model,
        params,
        count(*) as scores,
        avg(score) as mean_score
    from leaves
    group by all
)

select * from final
