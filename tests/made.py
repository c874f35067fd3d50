"""Small sets of curves whose truth is known, for tests of what is computed from curves."""

import numpy as np
import pandas as pd

from pipeline.core.sample_sizes import class_of
from pipeline.curve_tests.evaluate import Chunk
from pipeline.curve_tests.fitting import Curve
from pipeline.curve_tests.likelihood import mass
from pipeline.curve_tests.ratios import TESTS
from pipeline.curve_tests.table import P_VALUES, names

# Slopes by log N and levels like the benchmark's.
SLOPES, LEVELS = (0.0, 0.25), (-0.8, 0.8)


def curve_of(counts, n, *, chance=0.0, rho=0.0):
    return Curve(np.asarray(counts, np.int64), n, rho / (1 - rho), chance, 0, 1.0)


def log_scales(number):
    """Log N of scales a factor e apart, in no particular origin."""
    return 14.0 + np.arange(number)


def smooth_p(number, scales=10, *, chance=0.0, seed=1):
    """Power laws (number, scales)."""
    rng = np.random.default_rng(seed)
    x = np.arange(scales) - (scales - 1) / 2
    eta = rng.uniform(*LEVELS, (number, 1)) - rng.uniform(*SLOPES, (number, 1)) * x
    return chance + (1 - chance) * np.exp(-np.exp(eta))


def beta_binomial(p, n, rho, rng):
    """A count of n examples with correlation rho for each p."""
    found, cumulated = np.empty(p.shape, np.int64), np.empty(n + 1)
    for place in np.ndindex(p.shape):
        mass(p[place], n, rho / (1 - rho), cumulated)
        found[place] = np.searchsorted(np.cumsum(cumulated), rng.random())
    return np.minimum(found, n)


def smooth_counts(number, n, scales=10, *, rho=0.0, chance=0.0, seed=1):
    """Counts (number, scales) of power laws."""
    p = smooth_p(number, scales, chance=chance, seed=seed)
    return beta_binomial(p, n, rho, np.random.default_rng([seed, 1]))


def chunk_of(counts, n, *, chance=0.0, rho=0.0, seed=1):
    """Curves of counts as they are evaluated, each with a seed of its own."""
    counts = np.atleast_2d(np.asarray(counts, float))
    number, scales = counts.shape
    each = np.ones(number)
    log_scale = np.tile(log_scales(scales), (number, 1))
    seeds = np.arange(number, dtype=np.uint64) + np.uint64(1000 * seed)
    return Chunk(counts, n * each, log_scale, chance * each, rho * each, np.full(counts.shape, np.nan), seeds, True)


def frame_of(counts, n, *, tasks=2, metric="exact_str_match", family="GPT", chance=0.0):
    """A frame as `source.read` gives, of curves as counts."""
    counts = np.atleast_2d(np.asarray(counts, float))
    number, scales = counts.shape
    return pd.DataFrame(
        {
            "task": [f"task {row % tasks}" for row in range(number)],
            "subtask": [f"subtask {row:03}" for row in range(number)],
            "is_aggregate": False,
            "metric": metric,
            "shots": 0,
            "family": family,
            "n_scales": scales,
            "n_test": pd.array([n] * number, dtype="Int64"),
            "chance": float(chance),
            "basis": "binomial",
            "set_aside": pd.Series([None] * number, dtype=object),
            "scores": list(counts / n),
            "scale": [np.exp(log_scales(scales))] * number,
            "error": [np.full(scales, np.nan)] * number,
        }
    )


def fits_of(frame, *, status="fitted", rho=0.0):
    """Rows of curve_tests of such a frame: each score smoothed with its neighbours for a fit."""
    fitted = [np.convolve(np.pad(score, 1, "edge"), np.ones(3) / 3, "valid") for score in frame["scores"]]
    keys = frame[["task", "subtask", "metric", "shots", "family"]]
    return keys.assign(status=status, fitted=fitted, rho=rho, n_test_class=class_of(frame["n_test"]))


def curves_tested(number, **columns):
    """Rows of the table tested_curves: ten examples each, nothing found, but for the columns that are given."""
    frame = pd.DataFrame(index=range(number), columns=names())
    frame[["task", "subtask", "metric", "shots", "family"]] = ["sums", "sums", "exact_str_match", 0, "GPT"]
    frame["subtask"] = [f"subtask {row}" for row in range(number)]
    frame[["basis", "status", "is_tested", "is_exploratory"]] = ["binomial", "fitted", True, False]
    frame[["n_scales", "n_test", "n_test_class", "chance", "rho", "is_aggregate"]] = [5, 10, "10-49", 0.0, 0.0, False]
    for test in TESTS:
        frame[f"{test}_statistic"] = 1.0
    for test in P_VALUES:
        frame[[f"{test}_p", f"{test}_q"]] = 0.5
    for held_out in (1, 2):
        frame[[f"without_{held_out}_{name}" for name in ("low", "predicted", "high")]] = [0.3, 0.45, 0.6]
    excluded = [name for name in frame if name.startswith("jump_excluded")]
    frame[excluded], frame["largest_jump"] = True, 0.0
    frame["emergent_under"] = [[] for _ in range(number)]
    frame["category"] = None
    for name, values in columns.items():
        frame[name] = values
    numbers = [name for name in frame if name.endswith(("_p", "_q", "_statistic", "_low", "_predicted", "_high"))]
    return frame.astype(dict.fromkeys([*numbers, "rho", "largest_jump"], float)).astype(
        {"is_tested": bool, "n_test": "Int64"}
    )


def title_of(axes):
    """A panel's title, which the reports' style puts to the left."""
    return axes.get_title(loc="left") or axes.get_title()
