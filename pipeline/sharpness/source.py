"""The curves of the database, as arrays: which can be tested, and why the others cannot."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from pipeline.sharpness.model import Curves, Floats, centred

KEY = ["task", "subtask", "is_aggregate", "metric", "shots", "family"]
FEWEST_SCALES = 4
COUNT_TOLERANCE = 0.01  # of an item: a thousand times what rounding of the scores explains on the grid of 1/n

QUERY = """
with

points as (
    select
        curve_id,
        list(score order by position) as scores,
        list(params::double order by position) as params
    from curve_points
    group by curve_id
),

low_scores as (
    select
        task,
        subtask,
        metric,
        median(low_score) as low_score
    from stg_scores
    where is_preferred and low_score between 0 and 0.999
    group by all
),

final as (
    select
        curves.task,
        curves.subtask,
        curves.is_aggregate,
        curves.metric,
        curves.shots,
        curves.family,
        curves.curve_id,
        curves.is_preferred,
        coalesce(known_metrics.is_proportion, false) as is_proportion,
        coalesce(known_metrics.higher_is_better, true) as higher_is_better,
        n_test.n_test,
        case
            when curves.metric = 'multiple_choice_grade' then coalesce(low_scores.low_score, curves.chance)
            else 0.0
        end as chance,
        curve_emergence.emergence_score,
        curve_emergence.status as emergence_status,
        points.scores,
        points.params
    from curves
    inner join points using (curve_id)
    inner join curve_emergence using (curve_id)
    left join known_metrics using (metric)
    left join n_test
        on n_test.task = curves.task
        and n_test.subtask = curves.subtask
        and n_test.metric = curves.metric
        and n_test.family = curves.family
        and coalesce(n_test.shots = curves.shots, true)
    left join low_scores
        on low_scores.task = curves.task
        and low_scores.subtask = curves.subtask
        and low_scores.metric = curves.metric
    where curves.is_preferred
)

select * from final
order by task, subtask, metric, shots, family
"""


class Group(NamedTuple):
    """Curves with the same number of scales: their rows in the frame, and their arrays."""

    rows: np.ndarray
    curves: Curves


def read(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a curve of a preferred metric, in the order of its key, with `basis` and `set_aside`.

    `basis` is `binomial` where scores are counts out of n_test, `gaussian` otherwise; `set_aside` is null where the
    curve can be tested. Scores count as counts where score * n_test lies within 0.01 of a whole number.
    """
    frame = connection.execute(QUERY).df()
    for name in ("scores", "params"):
        # A list that holds a null comes as a masked array.
        frame[name] = frame[name].map(lambda values: np.ma.filled(np.ma.asarray(values, float), np.nan))
    frame["scores"] = [_upward(row) for row in frame.itertuples()]
    frame["n_scales"] = frame["scores"].map(len)
    frame["set_aside"] = [_reason(row) for row in frame.itertuples()]
    frame["basis"] = np.where(frame["is_proportion"], "binomial", "gaussian")
    return frame


def _upward(row: Any) -> Any:  # noqa: ANN401 - a row of itertuples
    """The scores so that more is better: wrong answers become right ones."""
    scores = np.asarray(row.scores, float)
    if row.higher_is_better:
        return scores
    return 1 - scores if row.is_proportion else -scores


def _reason(row: Any) -> str | None:  # noqa: ANN401, PLR0911 - a row of itertuples; one return a reason
    scores, params = np.asarray(row.scores, float), np.asarray(row.params, float)
    if row.is_aggregate:
        return "aggregate"
    if row.n_scales < FEWEST_SCALES or not np.isfinite(params).all() or len(set(params)) < FEWEST_SCALES:
        return "too_few_scales"
    if not np.isfinite(scores).all():
        return "invalid"
    if not row.is_proportion:
        return "flat" if np.ptp(scores) == 0 else None
    if pd.isna(row.n_test):
        return "no_n"
    if pd.isna(row.chance):
        return "no_chance_level"
    counts = scores * row.n_test
    if np.abs(counts - np.round(counts)).max() > COUNT_TOLERANCE or counts.min() < 0 or counts.max() > row.n_test:
        return "not_counts"
    return "flat" if np.ptp(np.round(counts)) == 0 else None


def groups(frame: pd.DataFrame, largest: int) -> Iterator[Group]:
    """Testable curves of one basis, by number of scales, at most `largest` at a time, in the order of the key.

    For a Gaussian basis `counts` holds the scores themselves and `n` is one.
    """
    testable = frame[frame["set_aside"].isna()]
    for (_, _), part in testable.groupby(["basis", "n_scales"], sort=True):
        for first in range(0, len(part), largest):
            chunk = part.iloc[first : first + largest]
            yield Group(chunk.index.to_numpy(), arrays(chunk))


def arrays(chunk: pd.DataFrame) -> Curves:
    """The arrays of curves with the same number of scales."""
    scores: Floats = np.stack([np.asarray(scores, float) for scores in chunk["scores"]])
    x = centred(np.log(np.stack([np.asarray(params, float) for params in chunk["params"]])))
    if (chunk["basis"] == "gaussian").any():
        return Curves(scores, np.ones_like(scores), x, np.zeros(len(scores)))
    n = np.repeat(chunk["n_test"].to_numpy(float)[:, None], scores.shape[1], axis=1)
    return Curves(np.round(scores * n), n, x, chunk["chance"].to_numpy(float))
