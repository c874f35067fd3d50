with

kept as (
    select
        'kept' as outcome,
        count(*) as row_count
    from stg_scores
),

set_aside as (
    select
        'set aside: ' || reason as outcome,
        count(*) as row_count
    from rows_set_aside
    group by reason
),

-- Counted at the source, so that the lines above can be held against it.
read_in as (
    select
        'in' as outcome,
        count(*) as row_count
    from source_rows
),

final as (
    select * from read_in
    union all
    select * from kept
    union all
    select * from set_aside
)

select * from final
