-- pairs of curves that are in none of the swap's counts, or in two
-- see the filters in sql/studies/metric_swap/swap_counts.sql.
with

pairs as (
    select
        from_metric,
        to_metric,
        count(*) as pairs
    from swap_curves
    group by all
)

select swap_counts.convention, from_metric, to_metric, pairs.pairs, swap_counts.curves
from swap_counts
left join pairs using (from_metric, to_metric)
where swap_counts.curves + swap_counts.left_out + swap_counts.other_models is distinct from pairs.pairs
    or emergent_under_both + emergent_under_from_only + emergent_under_to_only > swap_counts.curves
order by all
