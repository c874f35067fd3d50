-- The scores of each curve in the order of size, turned over where lower is better, so that every curve should rise.
with

medians as (
    select
        experiment,
        metric,
        estimator,
        test_size,
        size,
        'median' as seed,
        median(score) as score
    from induced_scores
    group by all
),

every as (
    select
        experiment,
        metric,
        estimator,
        test_size,
        size,
        seed::varchar as seed,
        score
    from induced_scores
    union all by name
    from medians
),

final as (
    select
        curves.curve_id,
        (row_number() over (partition by curves.curve_id order by every.size))::integer as position,
        if(curves.higher_is_better, every.score, -every.score) as score
    from every
    inner join curves using (experiment, metric, estimator, test_size, seed)
    order by
        curve_id,
        position
)

select * from final
