-- Late gains: largest models that score above the interval of the smooth model fitted without them, after correction.
select * exclude (side, n_test_class)
from late_tests
where side = 'upper'
    and q < 0.05
order by
    p,
    curve_id
