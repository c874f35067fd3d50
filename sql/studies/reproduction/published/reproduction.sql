-- Every published number beside the one that these tables give. The cut of 100 is the paper's gap, whatever the threshold of the run.
with

published_convention as (
    select *
    from by_metric
    where convention = 'published'
),

axis_metrics as (
    select
        seed_published_maxima.metric,
        published_convention.maximum
    from seed_published_maxima
    left join published_convention using (metric)
),

reproduced as (
    select
        'Figure 5A: metrics on the axis' as claim,
        (select count(*) from published_convention)::double as reproduced
    union all
    select
        'Figure 5A: metrics whose largest score exceeds 100',
        (select count(*) from published_convention where maximum > 100)
    union all
    select
        'Figure 5A: metrics over 100 besides bleu, exact_str_match, multiple_choice_grade, '
        || 'normalized_aggregate_score and rougeLsum',
        (
            select count(*)
            from published_convention
            where maximum > 100
                and metric not in (
                    'bleu', 'exact_str_match', 'multiple_choice_grade', 'normalized_aggregate_score', 'rougeLsum'
                )
        )
    union all
    select
        'Figure 5B: tasks annotated as emergent',
        (select sum(tasks) from annotated)
    union all
    select
        'Figure 5B: metrics with an annotated task',
        (select count(*) from annotated)
    union all
    select
        'Figure 5B: annotated tasks under ' || metric,
        tasks
    from annotated
    union all
    select
        'Figure 5C: share of annotated tasks under the two metrics',
        (select share from task_base_rates where population = 'tasks: annotated as emergent')
    union all
    select
        'Wei: tasks annotated as ' || replace(category, '_', ' '),
        count(*)
    from seed_annotations
    group by category
),

maxima as (
    select
        'Figure 5A: largest score under ' || metric as claim,
        published_max as published,
        0.1 as tolerance,
        'Schaeffer et al. 2023, Fig. 5A, read off the vector figure' as source
    from seed_published_maxima
),

reproduced_maxima as (
    select
        'Figure 5A: largest score under ' || metric as claim,
        maximum as reproduced
    from axis_metrics
),

claims as (
    select * from seed_published_claims
    union all
    select * from maxima
),

numbers as (
    select * from reproduced
    union all
    select * from reproduced_maxima
),

final as (
    select
        claims.claim,
        claims.published,
        numbers.reproduced,
        coalesce(abs(claims.published - numbers.reproduced) <= claims.tolerance, false) as agrees,
        'within ' || format('{:g}', claims.tolerance) || '; ' || claims.source as note
    from claims
    left join numbers using (claim)
)

select * from final
