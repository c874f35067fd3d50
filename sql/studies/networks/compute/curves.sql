-- One row per curve: the scores of one seed's networks in order of size, and of the median over seeds.
with

seeds as (
    select
        experiment,
        metric,
        estimator,
        test_size,
        seed::varchar as seed
    from induced_scores
    group by all
),

medians as (
    select distinct
        experiment,
        metric,
        estimator,
        test_size,
        'median' as seed
    from seeds
),

every as (
    from seeds
    union all by name
    from medians
),

final as (
    select
        (row_number() over (order by experiment, metric, estimator, test_size, seed))::integer as curve_id,
        every.*,
        induced_metrics.is_smooth,
        induced_metrics.higher_is_better
    from every
    inner join induced_metrics using (experiment, metric)
)

select * from final
