-- The explorer has not one row for each curve
-- make sql/explorer/explorer_curves.sql and sql/explorer/explorer_tests.sql keep every curve of emergence, once
with

shown as (
    select
        curve_id,
        1 as times
    from explorer_curves
    union all
    select
        curve_id,
        -1 as times
    from explorer_tests
),

final as (
    select
        coalesce(shown.curve_id, emergence.curve_id) as curve_id,
        count(shown.curve_id) as times
    from emergence
    full join shown using (curve_id)
    group by all
    having count(shown.curve_id) <> 2
        or sum(times) <> 0
        or count(emergence.curve_id) <> 2
)

select * from final
