"""The curves of the database, as arrays: which can be tested, and why the others cannot."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd

KEY = ["task", "subtask", "is_aggregate", "metric", "shots", "family"]
FEWEST_SCALES = 4
# A count's whole distribution is held in memory: a larger n would take gigabytes, and is more likely a mistake.
MOST_EXAMPLES = 1_000_000
COUNT_TOLERANCE = 0.01  # of an example: a thousand times what rounding of the scores explains on the grid of 1/n


def read(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per curve of a preferred metric, in the order of its key, with `basis` and `set_aside`.

    `basis` is `binomial` where scores are counts out of n_test, `gaussian` otherwise; `set_aside` is null where the
    curve can be tested. Scores count as counts where score * n_test lies within 0.01 of a whole number.
    """
    frame = connection.execute("from testable_curves order by task, subtask, metric, shots, family").df()
    frame = frame.rename(columns={"standard_errors": "error"})
    for name in ("scores", "scale", "error"):
        # A list that holds a null comes as a masked array.
        frame[name] = frame[name].map(lambda values: np.ma.filled(np.ma.asarray(values, float), np.nan))
    frame["error"] = [_error(row) for row in frame.itertuples()]
    frame["scores"] = [_upward(row) for row in frame.itertuples()]
    frame["n_scales"] = frame["scores"].map(len)
    frame["set_aside"] = [_reason(row) for row in frame.itertuples()]
    frame["basis"] = np.where(frame["is_proportion"], "binomial", "gaussian")
    return frame


def _upward(row: Any) -> Any:  # noqa: ANN401 - a row of itertuples
    """The scores so that more is better: wrong answers become right ones; a metric without bounds becomes its log."""
    scores = _logs(np.asarray(row.scores, float)) if row.is_log_scaled else np.asarray(row.scores, float)
    if row.higher_is_better:
        return scores
    return 1 - scores if row.is_proportion else -scores


def _error(row: Any) -> Any:  # noqa: ANN401 - a row of itertuples
    """The standard errors of what `_upward` gives: of a logarithm that of the score over the score."""
    error = np.asarray(row.error, float)
    return error / np.abs(np.asarray(row.scores, float)) if row.is_log_scaled else error


def _logs(scores: Any) -> Any:  # noqa: ANN401 - an array
    """Logarithms; NaN where there are none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scores > 0, np.log(scores), np.nan)


def _reason(row: Any) -> str | None:  # noqa: ANN401, PLR0911 - a row of itertuples; one return a reason
    scores, scale = np.asarray(row.scores, float), np.asarray(row.scale, float)
    if row.is_aggregate:
        return "aggregate"
    if row.is_neutral:
        return "neutral"
    if row.n_scales < FEWEST_SCALES or not np.isfinite(scale).all() or len(set(scale)) < FEWEST_SCALES:
        return "too_few_scales"
    if not np.isfinite(scores).all():
        return "invalid"
    if not row.is_proportion:
        return "flat" if np.ptp(scores) == 0 else None
    if pd.isna(row.n_test):
        return "no_n"
    if row.n_test > MOST_EXAMPLES:
        return "too_many_examples"
    if pd.isna(row.chance):
        return "no_chance_level"
    counts = scores * row.n_test
    if np.abs(counts - np.round(counts)).max() > COUNT_TOLERANCE or counts.min() < 0 or counts.max() > row.n_test:
        return "not_counts"
    return "flat" if np.ptp(np.round(counts)) == 0 else None
