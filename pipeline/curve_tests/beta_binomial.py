"""Counts drawn from a fitted model: binomial, or beta-binomial where examples of a test set agree more than chance."""

import numpy as np

from pipeline.curve_tests.model import Floats

LEAST_P = 1e-12


def distribution(p: Floats, n: int, rho: Floats) -> Floats:
    """Probabilities of 0..n right answers, shape (*p.shape, n + 1).

    Beta-binomial with mean p and correlation rho of any two examples: variance n p (1 - p) (1 + (n - 1) rho); rho = 0
    is the binomial. From the ratios P(y + 1) / P(y) = (n - y) / (y + 1) * (a + y) / (b + n - y - 1) with
    a = p (1 - rho) / rho, b = (1 - p) (1 - rho) / rho, so that no gamma function is called.
    """
    y = np.arange(n)
    p = np.clip(p, LEAST_P, 1 - LEAST_P)[..., None]
    rho = np.broadcast_to(rho, p.shape[:-1])[..., None]
    # a and b times rho / (1 - rho), which is finite for rho = 0 too.
    unit = rho / (1 - rho)
    ratios = np.log((n - y) / (y + 1)) + np.log(p + unit * y) - np.log(1 - p + unit * (n - y - 1))
    logs = np.concatenate([np.zeros_like(p), np.cumsum(ratios, axis=-1)], axis=-1)
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def draw(rng: np.random.Generator, cumulative: Floats, draws: int) -> Floats:
    """Counts by inversion, shape (scales, draws), from cumulative probabilities of shape (scales, n + 1)."""
    uniform = rng.random((len(cumulative), draws))
    # The last probability is 1 up to rounding; a uniform number above it still is a count of n.
    return np.stack(
        [np.searchsorted(row[:-1], u, side="right") for row, u in zip(cumulative, uniform, strict=True)]
    ).astype(float)
