-- curves without a row in emergence_all, or with two
-- see the joins in sql/curves/emergence_all.sql and the keys of sql/sources/bigbench/curves/n_test.sql.
select
    (select count(*) from curves) as curves,
    (select count(*) from emergence_all) as emergence_rows,
    (select count(*) from (select distinct task, subtask, metric, shots, family from emergence_all)) as emergence_keys
where curves <> emergence_rows or curves <> emergence_keys
