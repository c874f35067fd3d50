-- score files of which DuckDB made more or fewer rows than they hold scores
-- run `make load` again; if it stays, see the unnesting in sql/sources/score_files/staging/source_rows.sql.
select
    path,
    score_files.n_scores,
    coalesce(staged.row_count, 0) as row_count
from score_files
left join (select path, count(*) as row_count from stg_rows group by path) as staged using (path)
where score_files.n_scores <> row_count
order by path
