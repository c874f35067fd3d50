-- values of the results files that are no row, or two, so a join lost or multiplied them
-- look for a key that stands twice in sql/seeds, or undo the last change to sql/sources/harness/staging/harness_runs.sql.
select
    (select sum(values) from result_files) as values_read,
    (select count(*) from tidy_rows) as row_count
where values_read <> row_count
