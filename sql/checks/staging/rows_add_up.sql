-- rows in differ from rows kept plus rows set aside, so a join lost or multiplied rows
-- look for keys that stand twice in sql/seeds/tasks.csv or sql/seeds/models.csv.
select
    sum(row_count) filter (where outcome = 'in') as rows_in,
    sum(row_count) filter (where outcome <> 'in') as rows_out
from row_counts
having rows_in <> rows_out
