"""Late gains: could the largest scale have been forecast from the smaller ones?

The smooth model without the largest one or two scales has a posterior on a grid of (eta at the centre, alpha); no
optimiser can fail on it, and curves that are all zero have one too. The priors are weak: alpha ~ N(0, 1), twice as wide
as the paper's slope, and eta ~ N(0.5, 3^2), which spans p from 0.99 to nothing. The held-out count is beta-binomial
about the forecast, its distribution the mean over the posterior.

The correlation of examples is that of the curve's task, moderated by how the curve's own kept scales scatter about
their fit: with phi = 1 + (n - 1) rho and Pearson's X^2 over `spare` = scales - 2 degrees of freedom,
(OWN phi + X^2) / (OWN + spare), at least 1 (after Smyth 2004); X^2 counts up to LARGEST_EXCESS times phi.
"""

import math
from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.fitting import EXPECTED, Curve, derivatives, eta_at, fit_smooth, linear, total
from pipeline.curve_tests.likelihood import Floats, compiled, mass, probability

ALPHA_SD, ETA_MEAN, ETA_SD = 1.0, 0.5, 3.0
NODES, REACH, PASSES = 21, 5.0, 2
# To draw from a posterior a coarser grid serves.
FEW_NODES = 13
BINS = 64
NEGLIGIBLE = 1e-14
TAIL, SMALL = 0.025, 0.05
OWN, LARGEST_EXCESS, LARGEST_RHO = 4.0, 10.0, 0.5


class Forecast(NamedTuple):
    """The forecast of a held-out score: median, 95 % interval, and mid-p of a score at least as high, or as low.

    A mid-p is NaN where not even the highest score, or the lowest, would have one below 5 %.
    """

    predicted: float
    low: float
    high: float
    upper_p: float
    lower_p: float


@compiled
def prior_of(unit: float) -> Floats:
    """Mean and standard deviation of eta at the centre and of the slope by x / unit."""
    return np.array([[ETA_MEAN, ETA_SD], [0.0, ALPHA_SD * unit]])


@compiled
def posterior(curve: Curve, line: Floats, unit: float, side: int) -> tuple[Floats, Floats]:
    """Nodes (nodes, 2) of beta and their weights, which add up to 1.

    The grid lies about the mode, along the axes of the curvature there; then again about the mean so found, along the
    axes of the covariance.

    Args:
        curve: the counts.
        line: (scales, 2): 1 and x / unit.
        unit: in log N.
        side: nodes of each parameter.
    """
    prior = prior_of(unit)
    _, middle = fit_smooth(curve, line, prior)
    score, information = np.empty(2), np.empty((2, 2, 2))
    derivatives(curve, linear(line, middle), line, middle, prior, score, information)
    a, b, c = information[EXPECTED, 0, 0], information[EXPECTED, 1, 0], information[EXPECTED, 1, 1]
    determinant = a * c - b * b
    spread = np.array([[c / determinant, 0.0], [-b / determinant, a / determinant]])
    nodes, logs = np.empty((side * side, 2)), np.empty(side * side)
    for _ in range(PASSES):
        largest = -np.inf
        first = math.sqrt(spread[0, 0])
        shear = spread[1, 0] / first
        second = math.sqrt(max(spread[1, 1] - shear * shear, 1e-12))
        for i in range(side):
            for j in range(side):
                row = i * side + j
                u, v = REACH * (2 * i / (side - 1) - 1), REACH * (2 * j / (side - 1) - 1)
                nodes[row, 0] = middle[0] + first * u
                nodes[row, 1] = middle[1] + shear * u + second * v
                logs[row] = total(curve, line, nodes[row], prior)
                largest = max(largest, logs[row])
        weights = np.exp(logs - largest)
        weights /= weights.sum()
        middle[:], spread[:] = 0.0, 0.0
        for row in range(len(nodes)):
            for i in range(2):
                middle[i] += weights[row] * nodes[row, i]
        for row in range(len(nodes)):
            for i in range(2):
                for j in range(i + 1):
                    spread[i, j] += weights[row] * (nodes[row, i] - middle[i]) * (nodes[row, j] - middle[j])
    return nodes, weights


@compiled
def moderated(curve: Curve, line: Floats) -> float:
    """The step, rho / (1 - rho), with rho moderated by the curve's own scatter about its fit."""
    if curve.n < 2:
        return curve.step
    _, beta = fit_smooth(curve, line, np.empty((0, 2)))
    phi, squares = (1 + curve.n * curve.step) / (1 + curve.step), 0.0
    for k in range(len(line)):
        p = probability(eta_at(line, beta, k), curve.chance, curve.kind, curve.ceiling)
        squares += (curve.counts[k] - curve.n * p) ** 2 / (curve.n * p * (1 - p))
    spare = max(len(line) - 2, 0)
    own = (OWN * phi + min(squares, LARGEST_EXCESS * phi * spare)) / (OWN + spare)
    rho = min(max((own - 1) / (curve.n - 1), 0.0), LARGEST_RHO)
    return rho / (1 - rho)


@compiled
def predictive(curve: Curve, nodes: Floats, weights: Floats, at: float) -> Floats:
    """P(count = y) at a place of x / unit, (n + 1,): the mean over the posterior, in BINS of eta."""
    etas = nodes[:, 0] + nodes[:, 1] * at
    low, high = np.inf, -np.inf
    for row in range(len(etas)):
        if weights[row] > NEGLIGIBLE:
            low, high = min(low, etas[row]), max(high, etas[row])
    width = max(high - low, 1e-9) / (BINS - 1)
    bins = np.zeros(BINS)
    for row in range(len(etas)):
        if weights[row] > NEGLIGIBLE:
            place = (etas[row] - low) / width
            left = min(int(place), BINS - 2)
            bins[left] += weights[row] * (left + 1 - place)
            bins[left + 1] += weights[row] * (place - left)
    found, one = np.zeros(curve.n + 1), np.empty(curve.n + 1)
    for i in range(BINS):
        if bins[i] > NEGLIGIBLE:
            mass(probability(low + i * width, curve.chance, curve.kind, curve.ceiling), curve.n, curve.step, one)
            for y in range(len(found)):
                found[y] += bins[i] * one[y]
    return found


@compiled
def forecast(curve: Curve, x: Floats, held_out: int) -> Forecast:
    """The largest scale, forecast without the `held_out` largest.

    Args:
        curve: the counts at all scales.
        x: (scales,), natural log of N, in any origin.
        held_out: 1 or 2.
    """
    kept = len(x) - held_out
    centre = x[:kept].mean()
    unit = max(x[kept - 1] - centre, centre - x[0])
    line = np.empty((kept, 2))
    for k in range(kept):
        line[k, 0], line[k, 1] = 1.0, (x[k] - centre) / unit
    known = Curve(curve.counts[:kept], curve.n, curve.step, curve.chance, curve.kind, curve.ceiling)
    known = Curve(known.counts, curve.n, moderated(known, line), curve.chance, curve.kind, curve.ceiling)
    nodes, weights = posterior(known, line, unit, NODES)
    found = predictive(known, nodes, weights, (x[-1] - centre) / unit)
    n, count = curve.n, curve.counts[-1]
    reached, quantiles = 0.0, np.zeros(3)
    for y in range(n + 1):
        for i, level in enumerate((TAIL, 0.5, 1 - TAIL)):
            if reached < level <= reached + found[y] or (y == n and reached + found[y] < level):
                quantiles[i] = y / n
        reached += found[y]
    above, below = found[count + 1 :].sum(), found[:count].sum()
    half = found[count] / 2
    # NaN where even the highest, or the lowest, score would not be significant: the test cannot reject.
    upper = above + half if found[n] / 2 < SMALL else np.nan
    lower = below + half if found[0] / 2 < SMALL else np.nan
    return Forecast(quantiles[1], quantiles[0], quantiles[2], upper, lower)
