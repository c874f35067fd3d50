"""The smooth hypothesis: accuracy is a power law seen through a number of test examples.

    p(N) = g + (1 - g) exp(-exp(eta)),    eta = a + alpha x,    x = log N, centred in each curve

Schaeffer et al. (2023, section 2) have the cross-entropy of a token fall as (N/c)^alpha, alpha < 0, and a target of L
tokens right with p^L. Then log(-log p) is a line in log N whose slope is alpha, whatever L is: a binomial generalised
linear model. `g` is the chance level of a multiple choice; it is 0 for a free answer.

Shapes: a curve is a row, a scale a column. `counts` and `n` are numbers of test examples; a scale with n = 0 has no
weight.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

# Beyond these p is g, or 1, to double precision for any test set of BIG-bench.
LOWEST_ETA, HIGHEST_ETA = -25.0, 5.0
LEAST_VARIANCE = 1e-12


class Curves(NamedTuple):
    """Curves with the same number of scales: `counts`, `n`, `x` of shape (curves, scales); `chance` of (curves,)."""

    counts: Floats
    n: Floats
    x: Floats
    chance: Floats

    def take(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice) -> "Curves":
        """Some of the curves."""
        return Curves(self.counts[rows], self.n[rows], self.x[rows], self.chance[rows])

    def first_scales(self, number: int) -> "Curves":
        """The curves without their largest scales; x keeps its origin."""
        return Curves(self.counts[:, :number], self.n[:, :number], self.x[:, :number], self.chance)


def centred(log_scale: Floats) -> Floats:
    """X of each curve: natural log of N, minus its mean over the curve's scales."""
    return np.asarray(log_scale - log_scale.mean(axis=1, keepdims=True))


def probability(eta: Floats, chance: Floats) -> Floats:
    """P = g + (1 - g) exp(-exp(eta)); `chance` broadcasts against `eta`."""
    rate = np.exp(np.clip(eta, LOWEST_ETA, HIGHEST_ETA))
    return np.asarray(chance + (1 - chance) * np.exp(-rate))


def rise(eta: Floats, chance: Floats) -> Floats:
    """-dp/d(eta) = (1 - g) exp(eta - exp(eta)), which is positive: p falls as eta rises."""
    clipped = np.clip(eta, LOWEST_ETA, HIGHEST_ETA)
    return np.asarray((1 - chance) * np.exp(clipped - np.exp(clipped)))


def eta_of(p: Floats, chance: Floats) -> Floats:
    """The eta at which the model gives p; p at or below chance has the highest eta, p = 1 the lowest."""
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = np.log(-np.log((p - chance) / (1 - chance)))
    return np.clip(np.where(p <= chance, HIGHEST_ETA, np.where(p >= 1, LOWEST_ETA, eta)), LOWEST_ETA, HIGHEST_ETA)


def variance(p: Floats, n: Floats) -> Floats:
    """Binomial variance of a count, n p (1 - p), kept above zero so that it can be divided by."""
    return np.maximum(n * p * (1 - p), LEAST_VARIANCE)


def deviance_terms(counts: Floats, n: Floats, p: Floats) -> Floats:
    """2 [y log(y / np) + (n - y) log((n - y) / (n - np))] of each scale; infinite where p excludes the count."""
    wrong = n - counts
    with np.errstate(divide="ignore", invalid="ignore"):
        saturated = xlogy(counts, counts / n) + xlogy(wrong, wrong / n)
        terms = np.where(n > 0, saturated - xlogy(counts, p) - xlogy(wrong, 1 - p), 0.0)
    return np.asarray(2 * np.maximum(terms, 0.0))


def deviance(counts: Floats, n: Floats, p: Floats) -> Floats:
    """The sum of the deviance terms over the scales (the last axis)."""
    return np.asarray(deviance_terms(counts, n, p).sum(axis=-1))


def pearson(counts: Floats, n: Floats, p: Floats) -> Floats:
    """Pearson's X^2 = sum (y - np)^2 / (np (1 - p)) over the scales."""
    return np.asarray(((counts - n * p) ** 2 / variance(p, n)).sum(axis=-1))
