-- How far the rule for n_test can be checked, and how it fares.
select
    case
        when n_rule is null then 'no file size'
        when n_inner_scores = 0 then 'rule, cannot be checked'
        when is_on_rule_grid then 'rule, grid agrees'
        when is_on_rule_grid_if_rounded then 'rule, grid disagrees by rounding to four decimals'
        else 'rule, grid disagrees'
    end as outcome,
    count(*) as cells,
    count(n_test) as cells_with_n_test,
    count(*) filter (where n_rule is not null and is_on_rule_grid and n_inner_scores >= 7) as cells_like_grid,
    count(*) filter (
        where n_rule is not null and is_on_rule_grid and n_inner_scores >= 7 and n_grid = n_rule
    ) as smallest_grid_right
from n_test
group by outcome
