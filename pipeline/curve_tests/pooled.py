"""What single curves cannot tell and the benchmark can: how examples correlate, and how slopes spread."""

from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.model import Floats

LARGEST_RHO = 0.3
TAIL = 1.959964


class Spread(NamedTuple):
    """Slopes of the benchmark: their median, their standard deviation without noise, and the steep 2.5 % edge."""

    median: float
    deviation: float
    edge: float


def correlation(pearson: Floats, spare: Floats, n: Floats) -> float:
    """Rho of beta-binomial counts, by moments over curves of one kind.

    E[X^2] = spare (1 + (n - 1) rho), with X^2 around the power law with curvature, so that bent curves do not pass
    for noise; summed over curves and solved for rho. X^2 of a curve counts at most twenty times its `spare`: one broken
    curve is no noise level. Between 0 and 0.3.

    Args:
        pearson: (curves,), Pearson's X^2.
        spare: (curves,), residual degrees of freedom.
        n: (curves,), test examples at each scale.
    """
    weight = (spare * (n - 1)).sum()
    if weight <= 0:
        return 0.0
    excess = np.minimum(pearson, 20 * spare) - spare
    return float(np.clip(excess.sum() / weight, 0.0, LARGEST_RHO))


def slope_spread(alpha: Floats, alpha_se: Floats, weight: Floats) -> Spread:
    """How slopes differ between curves beyond the noise of each.

    The median is weighted; the deviation tau is the one at which half of the (weighted) curves lie within 0.6745
    root(tau^2 + se^2) of it: Paule and Mandel's (1982) equation with the quartiles in place of the variance, so that
    a few enormous slopes do not widen the spread that they are held against. The edge is median - 1.96 tau.

    Args:
        alpha: (curves,), slopes.
        alpha_se: (curves,), their standard errors, dispersion included.
        weight: (curves,), such that every task counts the same.
    """
    middle = weighted_median(alpha, weight)
    distance = np.abs(alpha - middle)

    def share_within(tau: float) -> float:
        return float(weight[distance <= 0.6745 * np.sqrt(tau**2 + alpha_se**2)].sum() / weight.sum())

    low, high = 0.0, float(distance.max())
    for _ in range(60):
        tau = (low + high) / 2
        low, high = (low, tau) if share_within(tau) >= 0.5 else (tau, high)
    return Spread(middle, high, middle - TAIL * high)


def weighted_median(values: Floats, weight: Floats) -> float:
    """The smallest value at or below which half of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) >= weight.sum() / 2
    return float(values[order][np.argmax(reached)])
