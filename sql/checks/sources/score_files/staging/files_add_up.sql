-- score files in differ from files loaded plus files rejected, or a file is both, so its scores are lost or count twice
-- run `make load` again; if it stays, see pipeline/load/score_files.py.
select
    path,
    count(*) filter (where outcome = 'in') as listed,
    count(*) filter (where outcome <> 'in') as loaded_or_rejected
from (
    select path, 'in' as outcome from listed_files
    union all
    select path, 'loaded' from score_files
    union all
    select path, 'rejected' from rejected_files
)
group by path
having listed <> 1 or loaded_or_rejected <> 1
order by path
