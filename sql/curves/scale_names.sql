-- What orders the models of every curve; one of them in one run (sql/checks/sources/tidy/staging/one_scale_name.sql).
select any_value(scale_name) as scale_name
from stg_scores
