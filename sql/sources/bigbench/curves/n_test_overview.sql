-- How often BIG-bench's rule for n_test and the grid of the scores agree.
with

cells as (
    select
        coalesce(sum(cells) filter (where outcome = 'rule, grid agrees'), 0)::bigint as agree,
        coalesce(sum(cells) filter (where starts_with(outcome, 'rule, grid')), 0)::bigint as checkable,
        coalesce(
            sum(cells) filter (where outcome = 'rule, grid disagrees by rounding to four decimals'), 0
        )::bigint as rounded,
        sum(cells_like_grid)::bigint as like_grid,
        sum(smallest_grid_right)::bigint as smallest_grid_right
    from n_test_cells
),

final as (
    select
        *,
        checkable - agree as disagree,
        agree / nullif(checkable, 0) as share_agree
    from cells
)

select * from final
