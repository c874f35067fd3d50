-- The chance level of each curve's metric: of multiple choice what the score files say, or else the task's own; free answers
-- have none.
with

low_scores as (
    select
        task,
        subtask,
        metric,
        median(low_score) as low_score
    from stg_scores
    where is_preferred and low_score between 0 and 0.999
    group by all
),

final as (
    select
        curves.curve_id,
        case
            when curves.metric = 'multiple_choice_grade' then coalesce(low_scores.low_score, curves.chance)
            else 0.0
        end as chance
    from curves
    left join low_scores using (task, subtask, metric)
)

select * from final
