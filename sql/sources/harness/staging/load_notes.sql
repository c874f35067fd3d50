-- What the user should know about the choices that were made for them.
with

checkpoints as (
    select
        family,
        if(isfinite(checkpoint), 'step ' || checkpoint::bigint, 'the finished models')
            || ' at ' || string_agg(if(shots = -1, 'unknown', shots::varchar), ', ' order by shots) || ' shots'
            || if(latest > checkpoint, ', the last that as many models have', '') as line,
        isfinite(checkpoint) or count(without) > 0 as is_said,
        coalesce(', which leaves out ' || any_value(without), '') as left_out
    from chosen_checkpoints
    where getvariable('scale') = 'size'
    group by
        family,
        checkpoint,
        latest,
        without
),

families as (
    select
        1 as position,
        'checkpoint of ' || family || ': ' || string_agg(line || left_out, '; ' order by line, left_out) as line
    from checkpoints
    group by family
    having bool_or(is_said)
),

-- Not every metric has a standard error.
ranked as (
    select
        *,
        (coalesce(spread_in_standard_errors, -1), spread, task, metric, model, shots, coalesce(step, -1)) as rank
    from repeated_runs
),

repeated as (
    select
        2 as position,
        format(
            '{} measured more than once; the newest run of each counts, or without a date that of the larger file. They '
                || 'differ most for {} on {} ({}): {:.3g} to {:.3g}.',
            if(count(*) = 1, '1 value was', count(*) || ' values were'),
            arg_max(model, rank),
            arg_max(task, rank),
            arg_max(metric, rank),
            arg_max(lowest, rank),
            arg_max(highest, rank)
        ) as line
    from ranked
    having count(*) > 0
),

-- Of what is set aside, five by name.
set_aside as (
    select distinct
        3 as position,
        'set aside, in per cent?' as reason,
        task || ' ' || metric as name
    from tidy_rows
    where starts_with(set_aside_because, 'a proportion outside')
    union all
    select distinct
        4 as position,
        'set aside, because nobody says whether higher is better' as reason,
        metric as name
    from tidy_rows
    where set_aside_because = 'direction of the metric not known'
),

named as (
    select
        position,
        reason || ': ' || array_to_string(list(name order by name)[:5], ', ')
            || if(count(*) > 5, format(' and {} more', count(*) - 5), '') as line
    from set_aside
    group by
        position,
        reason
),

final as (
    select * from families
    union all
    select * from repeated
    union all
    select * from named
)

select * from final
