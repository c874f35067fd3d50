-- Every score of every entry of every score file. Low and high score are those of the entry's preferred metric.
with

entries as (
    select
        path,
        task,
        family,
        model,
        params,
        params_basis,
        unnest(subtasks) as subtask,
        unnest(shots) as shots,
        unnest(low_scores) as low_score,
        unnest(high_scores) as high_score,
        unnest(preferred_metrics) as preferred_metric,
        unnest(metrics) as metrics,
        unnest(scores) as scores
    from score_lines
),

exploded as (
    select
        * exclude (metrics, scores),
        unnest(metrics) as metric,
        unnest(scores) as score
    from entries
),

final as (
    select
        row_number() over () as row_id,
        task,
        subtask,
        metric,
        metric = preferred_metric as is_preferred,
        shots,
        family || ' ' || model as family_model,
        family,
        model,
        params::double as scale,
        params_basis as scale_basis,
        'effective parameters' as scale_name,
        low_score,
        high_score,
        score,
        path,
        false as may_be_averaged,
        null::varchar as set_aside_because
    from exploded
)

select * from final
