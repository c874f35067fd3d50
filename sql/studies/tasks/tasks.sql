-- One verdict per task: that of its curves which stands first in sql/seeds/verdicts.csv; but smooth only where every curve
-- with 50 or more test examples and five or more scales is, and at chance, unchanged or not tested only where nothing else is said of it.
with

-- Which conventions call a curve emergent.
emergent as (
    select
        curve_id,
        bool_or(is_emergent) filter (where convention = 'published') as is_published,
        bool_or(is_emergent) filter (where convention = 'with_infinite') as is_kept
    from convention_values
    group by curve_id
),

ranked as (
    select
        curve_verdicts.*,
        verdicts.place,
        emergent.is_published,
        emergent.is_kept,
        max(n_test) over (partition by task) as task_n_test
    from curve_verdicts
    inner join verdicts using (verdict)
    left join emergent using (curve_id)
),

summed as (
    select
        task,
        count(*) as curves,
        count(*) filter (where is_tested and not is_exploratory) as curves_tested,
        count(*) filter (where is_published) as e_emergent_published,
        count(*) filter (where is_kept) as e_emergent_with_infinite,
        min(n_test) as smallest_n_test,
        max(n_test) as largest_n_test,
        max(above_forecast) filter (where verdict = 'late gain') as largest_late_gain,
        min(upper_q) as q,
        max(largest_jump) filter (where n_test = task_n_test and n_scales >= 5) as largest_jump_not_excluded,
        min(place) as first_place,
        -- With four scales there are too few points to distinguish curvature from a jump.
        count(*) filter (where verdict = 'inconclusive' and n_scales >= 5) as undecided,
        count(*) filter (where verdict = 'smooth') as smooth
    from ranked
    group by task
),

-- The most frequent reason why curves were not tested; of equally frequent reasons, the first by name.
reasons as (
    select
        task,
        status as reason
    from ranked
    where verdict = 'not tested'
    group by
        task,
        status
    qualify row_number() over (partition by task order by count(*) desc, status) = 1
),

judged as (
    select
        *,
        judged_place(first_place, undecided) as place
    from summed
),

places as (
    select
        ranked.task,
        string_agg(distinct ranked.metric, ', ' order by ranked.metric) as metrics,
        string_agg(distinct ranked.family, ', ' order by ranked.family) as families
    from ranked
    inner join judged
        on judged.task = ranked.task
        and judged.place = ranked.place
    group by ranked.task
),

-- The other metrics of the same outputs, of which the verdict is another one.
elsewhere as (
    select
        metric_verdicts.task,
        string_agg(metric_verdicts.metric || ': ' || metric_verdicts.verdict, ', ' order by metric_verdicts.metric)
            as other_metrics
    from metric_verdicts
    inner join judged using (task)
    where metric_verdicts.place <> judged.place
        and metric_verdicts.verdict <> 'not tested'
    group by metric_verdicts.task
),

-- Late gains that another family shows on the same subtask with as many examples in the prompt.
repeated as (
    select distinct task
    from late_gains
    where families_repeating > 0
),

final as (
    select
        judged.task,
        seed_annotations.category as annotated_class,
        judged.curves,
        judged.curves_tested,
        judged.e_emergent_published,
        judged.e_emergent_with_infinite,
        judged.smallest_n_test,
        judged.largest_n_test,
        judged.largest_late_gain,
        judged.q,
        judged.largest_jump_not_excluded,
        verdicts.verdict,
        if(verdicts.verdict = 'late gain', repeated.task is not null, null) as is_repeated,
        places.metrics,
        places.families,
        elsewhere.other_metrics,
        if(verdicts.verdict = 'not tested', reasons.reason, null) as reason,
        verdicts.meaning as rule
    from judged
    inner join verdicts using (place)
    left join reasons using (task)
    left join places using (task)
    left join repeated on repeated.task = judged.task
    left join elsewhere using (task)
    left join seed_annotations
        on seed_annotations.task = judged.task
        and (select is_published from options)
)

select * from final
