"""Small worlds for the tests of this folder."""

import numpy as np
import pandas as pd

from pipeline.sharpness import draws
from pipeline.sharpness.boot import Design
from pipeline.sharpness.model import Curves, probability


def curves(counts, n, x=None, chance=0.0):
    counts = np.atleast_2d(np.asarray(counts, float))
    x = np.arange(counts.shape[1], dtype=float) if x is None else np.asarray(x, float)
    x = np.tile(x - x.mean(), (len(counts), 1))
    return Curves(counts, np.full(counts.shape, float(n)), x, np.full(len(counts), float(chance)))


def smooth_world(number, n, scales=10, *, rho=0.0, chance=0.0, seed=1):
    """Counts of power laws with slopes and levels like the benchmark's, on scales a factor e apart."""
    rng = np.random.default_rng(seed)
    x = np.arange(scales) - (scales - 1) / 2
    eta = rng.uniform(-0.8, 0.8, (number, 1)) - rng.uniform(0.0, 0.25, (number, 1)) * x
    p = probability(eta, np.full((number, 1), chance))
    counts = np.stack(
        [draws.draw(rng, np.cumsum(draws.distribution(row, n, np.full(scales, rho)), axis=1), 1)[:, 0] for row in p]
    )
    return curves(counts, n, chance=chance)


def design_of(worlds, rho=0.0, edge=-0.25):
    number = len(worlds.counts)
    return Design(worlds.x, worlds.chance, np.full(number, rho), np.full(number, edge))


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
