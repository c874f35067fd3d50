-- One row per score file that was loaded; n_scores was counted before DuckDB read anything.
select
    path,
    task,
    family,
    model,
    params,
    params_basis,
    n_entries,
    n_scores
from score_lines
