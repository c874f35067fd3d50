-- The same outputs under two metrics: every task, subtask, shots and family scored under both. The sharper metric stands
-- first where the paper names it so, else the alphabet decides. Curves of other models are not the same outputs.
with

models as (
    select
        curve_id,
        list(model order by position) as models
    from curve_points
    group by curve_id
),

scored as (
    select
        emergence_all.*,
        models.models,
        row_number() over (
            partition by task, subtask, shots, family
            order by metric not in (select seed_two_metrics.metric from seed_two_metrics), metric
        ) as place
    from emergence_all
    inner join models using (curve_id)
),

final as (
    select
        sharp.curve_id as from_curve_id,
        other.curve_id as to_curve_id,
        task,
        subtask,
        shots,
        family,
        sharp.metric as from_metric,
        other.metric as to_metric,
        sharp.n_scales,
        sharp.models = other.models as is_same_models,
        sharp.status as from_status,
        other.status as to_status,
        sharp.emergence_score as from_score,
        other.emergence_score as to_score,
        case
            when sharp.status = 'finite' and other.status = 'finite'
                then ln(abs(other.emergence_score) / abs(sharp.emergence_score))
        end as log_ratio
    from scored as sharp
    inner join scored as other using (task, subtask, shots, family)
    where sharp.place < other.place
)

select * from final
