-- cells of metric and n_test that hold more effective tasks than tasks, or that do not add up to the regression's curves
-- see sql/studies/metric_and_size/metric_by_n_test.sql: a curve is counted twice or never.
with

whole as (
    select
        count(*) as curves,
        count(*) filter (where is_emergent) as emergent
    from regressed_curves
),

cells as (
    select
        *,
        sum(curves) over () as curves_in_all,
        sum(emergent) over () as emergent_in_all
    from metric_by_n_test
)

select cells.*
from cells
cross join whole
where cells.effective_tasks > cells.tasks + 1e-9
    or cells.effective_tasks < 1 - 1e-9
    or cells.curves_in_all <> whole.curves
    or cells.emergent_in_all <> whole.emergent
order by all
