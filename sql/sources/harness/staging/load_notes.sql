-- What a person should know of the choices that were made for her.
with

checkpoints as (
    select
        family,
        'step ' || checkpoint::bigint
            || ' at ' || string_agg(if(shots = -1, 'unknown', shots::varchar), ', ' order by shots) || ' shots'
            || if(latest > checkpoint, ', the last that as many models have', '') as line
    from chosen_checkpoints
    where getvariable('scale') = 'size'
        and isfinite(checkpoint)
    group by
        family,
        checkpoint,
        latest
),

families as (
    select
        1 as position,
        'checkpoint of ' || family || ': ' || string_agg(line, '; ' order by line) as line
    from checkpoints
    group by family
),

repeated as (
    select
        2 as position,
        format(
            '{} values were measured more than once; the newest run of each counts, or without a date that of the larger '
                || 'file. They differ most for {} on {} ({}): {:.3g} to {:.3g}.',
            count(*),
            arg_max(model, spread_in_standard_errors),
            arg_max(task, spread_in_standard_errors),
            arg_max(metric, spread_in_standard_errors),
            arg_max(lowest, spread_in_standard_errors),
            arg_max(highest, spread_in_standard_errors)
        ) as line
    from repeated_runs
    having count(*) > 0
),

per_cent as (
    select
        3 as position,
        'set aside, in per cent?: ' || string_agg(distinct task || ' ' || metric, ', ' order by task || ' ' || metric) as line
    from tidy_rows
    where starts_with(set_aside_because, 'a proportion outside')
    having count(*) > 0
),

no_direction as (
    select
        4 as position,
        'set aside, because nobody says whether higher is better: ' || string_agg(distinct metric, ', ' order by metric) as line
    from tidy_rows
    where set_aside_because = 'direction of the metric not known'
    having count(*) > 0
),

final as (
    select * from families
    union all
    select * from repeated
    union all
    select * from per_cent
    union all
    select * from no_direction
)

select * from final
