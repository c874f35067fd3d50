"""Small sets of curves whose truth is known, for tests of what is computed from curves."""

import numpy as np
import pandas as pd

from pipeline.curve_tests import beta_binomial
from pipeline.curve_tests.boot import Design
from pipeline.curve_tests.model import Curves, probability
from pipeline.curve_tests.table import names


def curves(counts, n, x=None, chance=0.0):
    counts = np.atleast_2d(np.asarray(counts, float))
    x = np.arange(counts.shape[1], dtype=float) if x is None else np.asarray(x, float)
    x = np.tile(x - x.mean(), (len(counts), 1))
    return Curves(counts, np.full(counts.shape, float(n)), x, np.full(len(counts), float(chance)))


def smooth_curves(number, n, scales=10, *, rho=0.0, chance=0.0, seed=1):
    """Counts of power laws with slopes and levels like the benchmark's, on scales a factor e apart."""
    rng = np.random.default_rng(seed)
    x = np.arange(scales) - (scales - 1) / 2
    eta = rng.uniform(-0.8, 0.8, (number, 1)) - rng.uniform(0.0, 0.25, (number, 1)) * x
    p = probability(eta, np.full((number, 1), chance))
    mass = (beta_binomial.distribution(row, n, np.full(scales, rho)) for row in p)
    counts = [beta_binomial.draw(rng, np.cumsum(one, axis=1), 1)[:, 0] for one in mass]
    return curves(np.stack(counts), n, chance=chance)


def design_of(some, rho=0.0, edge=-0.25):
    number = len(some.counts)
    return Design(some.x, some.chance, np.full(number, rho), np.full(number, edge))


def frame_of(some, *, tasks=2, metric="exact_str_match", family="GPT"):
    """A frame as `source.read` gives, of curves as counts."""
    number, scales = some.counts.shape
    params = np.exp(some.x[0] - some.x[0].min())
    return pd.DataFrame(
        {
            "task": [f"task {row % tasks}" for row in range(number)],
            "subtask": [f"subtask {row:03}" for row in range(number)],
            "is_aggregate": False,
            "metric": metric,
            "shots": 0,
            "family": family,
            "n_scales": scales,
            "n_test": pd.array(some.n[:, 0].astype(int), dtype="Int64"),
            "chance": some.chance,
            "basis": "binomial",
            "set_aside": pd.Series([None] * number, dtype=object),
            "scores": list(some.counts / some.n),
            "params": [params] * number,
        }
    )


def curves_tested(number, **columns):
    """Rows of the table tested_curves: ten examples each, nothing found, but for the columns that are given."""
    frame = pd.DataFrame(index=range(number), columns=names())
    frame[["task", "subtask", "metric", "shots", "family"]] = ["sums", "sums", "exact_str_match", 0, "GPT"]
    frame["subtask"] = [f"subtask {row}" for row in range(number)]
    frame[["basis", "status", "is_tested", "n_scales", "n_test"]] = ["binomial", "fitted", True, 5, 10]
    frame[["n_test_class", "rho", "jump", "is_aggregate"]] = ["10-49", 0.0, "none", False]
    for test in ("curvature", "emergence", "steep", "steeper", "break"):
        frame[[f"{test}_p", f"{test}_q"]] = 0.5
    frame[["without_1_surprise", "without_2_surprise", "without_1_width"]] = [0.5, 0.5, 0.3]
    frame[["without_1_covered", "without_2_covered", "jump_excluded_10", "jump_excluded_20"]] = True
    frame["emergent_under"] = [[] for _ in range(number)]
    frame["category"] = None
    for name, values in columns.items():
        frame[name] = values
    probabilities = [name for name in frame if name.endswith(("_p", "_q", "_surprise", "_width"))]
    return frame.astype(dict.fromkeys([*probabilities, "rho"], float)).astype({"is_tested": bool, "n_test": "Int64"})
