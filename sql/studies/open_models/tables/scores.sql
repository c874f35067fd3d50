-- Open models under two metrics of the same answers, as they were collected (ExpEmergence, MIT; ObsScaling, Apache-2.0).
select
    task,
    subtask,
    metric,
    higher_is_better,
    shots,
    family,
    model,
    params,
    n_test,
    score
from read_csv(getvariable('file'))
where score is not null
