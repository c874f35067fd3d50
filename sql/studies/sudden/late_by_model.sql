-- Late gains and losses by largest model, before and after correction.
select
    family,
    model,
    count(*) filter (where side = 'upper') as gain_possible,
    count(*) filter (where side = 'upper' and p < 0.05) as gains_uncorrected,
    count(*) filter (where side = 'upper' and q < 0.05) as gains,
    count(*) filter (where side = 'lower') as loss_possible,
    count(*) filter (where side = 'lower' and p < 0.05) as losses_uncorrected,
    count(*) filter (where side = 'lower' and q < 0.05) as losses
from late_tests
group by
    family,
    model
