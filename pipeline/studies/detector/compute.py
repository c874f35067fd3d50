"""E of exact smooth curves on the scales that families have, and the detector's table from its two parts."""

from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd

from pipeline.core import database
from pipeline.core.emergence import Floats, emergence_score
from pipeline.core.study import Run

# Of language models' loss in parameters (Kaplan et al. 2020, arXiv 2001.08361, sec. 1.2), and a much steeper one.
KAPLAN, STEEP = 0.076, 0.5
# Of the range of log N: a logistic curve rises from 12 % to 88 % over four times as much.
WIDTH = 1 / 16
GRIDS = ("family", "n_scales", "number", "shape", "definition", "emergence_score", "emergence_score_evenly_spaced")


def straight(log_scale: Floats) -> Floats:
    """A straight line in log N."""
    return log_scale


def logistic(log_scale: Floats) -> Floats:
    """A logistic curve in log N, centred in the middle of its range."""
    low, high = log_scale[0], log_scale[-1]
    return np.asarray(1 / (1 + np.exp((low + high - 2 * log_scale) / (2 * WIDTH * (high - low)))))


def power_law(exponent: float) -> Callable[[Floats], Floats]:
    """Minus a loss that falls as a power of N; E is the same whatever it is multiplied by or added to."""
    return lambda log_scale: np.asarray(-np.exp(-exponent * (log_scale - log_scale[0])))


SHAPES: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "straight line": ("rises by as much for each unit of log N", straight),
    "logistic": (
        "logistic in log N around the middle of its range, from 12 to 88 % over a quarter of the range",
        logistic,
    ),
    f"power law, {KAPLAN:g}": (f"minus a loss that falls as N^-{KAPLAN:g} (Kaplan et al. 2020)", power_law(KAPLAN)),
    f"power law, {STEEP:g}": (f"minus a loss that falls as N^-{STEEP:g}", power_law(STEEP)),
}


def smooth_grids(grids: pd.DataFrame) -> pd.DataFrame:
    """E of each smooth shape on each family's scales, and on as many between the same ends, evenly spaced in log N.

    Args:
        grids: `family`, `scales` (three or more, rising).
    """
    found = []
    for family, scales in zip(grids["family"], grids["scales"], strict=True):
        own = np.log(np.asarray(scales, float))
        even = np.linspace(own[0], own[-1], len(own))
        for number, (shape, (definition, score)) in enumerate(SHAPES.items(), 1):
            values = (float(emergence_score(score(x))) for x in (own, even))
            found.append((family, len(own), number, shape, definition, *values))
    return pd.DataFrame(found, columns=list(GRIDS))


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """`smooth_grids` where there are families with scales; `detector` where proportions were tested."""
    found = {}
    if database.holds_rows(connection, "family_grids"):
        found["smooth_grids"] = smooth_grids(connection.execute("from family_grids order by family").df())
    if database.has_table(connection, "detector_observed"):
        found["detector"] = detector(connection)
    return found


def detector(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """What E finds of the gains that were observed, and of those that were planted where calibration planted any."""
    parts = ["from detector_observed"]
    if database.has_table(connection, "detector_planted"):
        parts.append("select * exclude (n_test_class) from detector_planted where n_test_class = 'all'")
    return connection.execute(" union all by name ".join(parts)).df()
