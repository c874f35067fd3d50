-- The curves worth looking at: largest finite |E|, and infinite curves of largest span on 50 or more test examples.
with

candidates as (
    select
        'finite' as gallery,
        abs(emergence_score) as merit,
        *
    from emergence
    where status = 'finite'
    union all
    select
        'infinite' as gallery,
        span as merit,
        *
    from emergence
    where status = 'infinite'
        and n_test >= 50
),

best_of_task as (
    select *
    from candidates
    qualify row_number() over (
        partition by gallery, task
        order by merit desc, subtask, metric, shots, family
    ) = 1
),

final as (
    select
        gallery,
        row_number() over (
            partition by gallery
            order by merit desc, task
        ) as rank,
        curve_id,
        task,
        subtask,
        is_aggregate,
        metric,
        shots,
        family,
        n_test,
        span,
        emergence_score
    from best_of_task
    qualify rank <= 12
)

select * from final
