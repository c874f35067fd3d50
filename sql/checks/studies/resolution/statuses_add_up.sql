-- classes of n_test whose statuses do not add up to their curves
-- see the cases in sql/studies/resolution/by_n_test.sql.
select n_test_class, curves, finite, flat, infinite, left_out
from by_n_test
where curves <> finite + flat + infinite + left_out
order by n_test_class
