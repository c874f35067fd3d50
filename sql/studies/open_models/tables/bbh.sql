-- BIG-Bench Hard and GSM8K: the same generations of open base models under two extractors (ObsScaling, Apache-2.0). Scores
-- that were rescaled by chance, and averages over tasks, are left out.
select
    prompt || ': ' || task as task,
    'exact_match (' || filter || ')' as metric,
    1 as higher_is_better,
    0 as is_proportion,
    shots,
    family,
    model,
    size_b * 1e9 as params,
    score
from read_csv(getvariable('file'))
where not normed
    and score is not null
    and filter in ('strict-match', 'flexible-extract')
    and task <> 'overall'
