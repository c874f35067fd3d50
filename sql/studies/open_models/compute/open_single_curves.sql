-- Every curve of a small data set, with what the tests say of it: the step of its largest break, and its largest step as a
-- share of its range.
with

steps as (
    select
        curve_id,
        model,
        position,
        score - lag(score) over (partition by curve_id order by position) as step
    from curve_points
),

largest as (
    select
        curve_id,
        -- The first of tied steps.
        arg_max(model, (step, -position)) filter (where step is not null) as largest_step_to,
        max(step) as largest_step
    from steps
    group by curve_id
)

select
    emergence.task as operation,
    emergence.shots,
    emergence.family,
    emergence.n_scales,
    emergence.n_test,
    emergence.lowest,
    emergence.highest,
    emergence.last_score,
    largest.largest_step_to,
    largest.largest_step,
    largest.largest_step / nullif(emergence.span, 0) as largest_step_share,
    emergence.status as emergence_status,
    emergence.emergence_score,
    tests.status,
    tests.goodness_p,
    tests.curved_q,
    tests.broken_q,
    tests.broken_by,
    broken.model as broken_at,
    tests.without_1_upper_q as late_gain_q,
    tests.without_1_lower_q as late_loss_q,
    tests.largest_jump
from emergence
inner join largest using (curve_id)
left join curve_tests as tests using (curve_id)
left join curve_points as broken
    on broken.curve_id = tests.curve_id
    and broken.position = tests.broken_at
