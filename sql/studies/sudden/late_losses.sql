-- The same downward: largest models that score below the interval, after correction.
select * exclude (side, n_test_class)
from late_tests
where side = 'lower'
    and q < 0.05
order by
    p,
    curve_id
