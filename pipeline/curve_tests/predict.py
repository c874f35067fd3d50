"""Could the largest scales have been foreseen from the smaller ones?

The power law is fitted without the held-out scales, as a posterior on a grid of (eta at the centre, alpha), refined
twice around its bulk; no optimiser can fail on it, and curves that are all zero have one too. The priors are weak:
alpha ~ N(0, 1), twice as wide as the paper's slope, and eta ~ N(0.5, 3^2), which spans p from 0.99 to nothing. The
likelihood is raised to 1 / phi and counts are beta-binomial about the prediction, with the dispersion phi of curves
of the same kind, moderated by the curve's own: (4 phi_pooled + X^2) / (4 + spare), at least 1 (after Smyth 2004).
"""

from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import xlogy

from pipeline.curve_tests.beta_binomial import distribution
from pipeline.curve_tests.fit import fit_line
from pipeline.curve_tests.model import HIGHEST_ETA, Curves, Floats, pearson, probability

NODES, PASSES, QUANTILES = 31, 3, 40
ALPHA_SD, ETA_MEAN, ETA_SD = 1.0, 0.5, 3.0
PRIOR_SCALES = 4.0
LARGEST_RHO = 0.5


class Prediction(NamedTuple):
    """Of a held-out score, (curves,) each: median and 95 % interval as scores, its width, and how the truth lies in it.

    `surprise` is P(Y > y) + P(Y = y) / 2: small where the score is higher than foreseen.
    """

    predicted: Floats
    low: Floats
    high: Floats
    width: Floats
    covered: Floats
    surprise: Floats


def predict(curves: Curves, held_out: int, rho: Floats) -> list[Prediction]:
    """Predict each of the `held_out` largest scales from the scales before them, smallest first.

    Args:
        curves: all scales; every scale of a curve has the same n.
        held_out: how many of the largest scales are not used.
        rho: (curves,), correlation of examples, pooled.
    """
    kept = curves.counts.shape[1] - held_out
    known = curves.first_scales(kept)
    phi = _dispersion(known, rho)
    n = curves.n[:, 0]
    own_rho = np.clip((phi - 1) / np.maximum(n - 1, 1), 0, LARGEST_RHO)
    centre = known.x.mean(axis=1)
    known = known._replace(x=known.x - centre[:, None])
    eta, alpha, weight = _posterior(known, phi)
    found = []
    for scale in range(kept, curves.counts.shape[1]):
        at = eta + alpha * (curves.x[:, scale] - centre)[:, None]
        found.append(_place(curves, scale, _quantiles(at, weight), own_rho))
    return found


def _dispersion(known: Curves, rho: Floats) -> Floats:
    spare = max(0, known.counts.shape[1] - 2)
    x2 = pearson(known.counts, known.n, probability(fit_line(known).eta, known.chance[:, None]))
    pooled = 1 + (known.n[:, 0] - 1) * rho
    # One count where none was likely makes X^2 boundless; ten times the pooled value is bad enough.
    own = np.minimum(x2, 10 * pooled * spare)
    return np.asarray(np.maximum(1.0, (PRIOR_SCALES * pooled + own) / (PRIOR_SCALES + spare)))


def _posterior(known: Curves, phi: Floats) -> tuple[Floats, Floats, Floats]:
    """Nodes of eta and alpha and their weights, each (curves, nodes)."""
    curves = len(known.counts)
    unit = np.linspace(-1, 1, NODES)
    middle = np.tile([ETA_MEAN, 0.0], (curves, 1))
    half = np.tile([3.5 * ETA_SD, 3.5 * ALPHA_SD], (curves, 1))
    for _ in range(PASSES):
        eta = np.repeat(middle[:, :1] + half[:, :1] * unit, NODES, axis=1)
        alpha = np.tile(middle[:, 1:] + half[:, 1:] * unit, (1, NODES))
        logs = _log_posterior(known, eta, alpha, phi)
        weight = np.exp(logs - logs.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        nodes = np.stack([eta, alpha], axis=2)
        middle = np.einsum("cm,cmp->cp", weight, nodes)
        spread = np.sqrt(np.einsum("cm,cmp->cp", weight, (nodes - middle[:, None]) ** 2))
        half = np.minimum(half, np.maximum(5 * spread, half / 8))
    return eta, alpha, weight


def _log_posterior(known: Curves, eta: Floats, alpha: Floats, phi: Floats) -> Floats:
    total = -0.5 * ((eta - ETA_MEAN) / ETA_SD) ** 2 - 0.5 * (alpha / ALPHA_SD) ** 2
    for k in range(known.counts.shape[1]):
        p = np.clip(probability(eta + alpha * known.x[:, k, None], known.chance[:, None]), 1e-300, 1 - 1e-16)
        right, examples = known.counts[:, k, None], known.n[:, k, None]
        total += (xlogy(right, p) + xlogy(examples - right, 1 - p)) / phi[:, None]
    return np.asarray(total)


def _quantiles(values: Floats, weight: Floats) -> Floats:
    """Equally probable values of a weighted distribution: (curves, QUANTILES)."""
    order = np.argsort(values, axis=1, kind="stable")
    ordered, reached = np.take_along_axis(values, order, 1), np.cumsum(np.take_along_axis(weight, order, 1), axis=1)
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return np.stack(
        [row[np.minimum(np.searchsorted(r, levels), len(row) - 1)] for row, r in zip(ordered, reached, strict=True)]
    )


def _place(curves: Curves, scale: int, eta: Floats, rho: Floats) -> Prediction:
    rows = []
    for i in range(len(eta)):
        n, count = int(curves.n[i, scale]), int(curves.counts[i, scale])
        p = probability(np.minimum(eta[i], HIGHEST_ETA), curves.chance[i])
        mass = distribution(p, n, np.full(len(p), rho[i])).mean(axis=0)
        reached = np.cumsum(mass)
        low, middle, high = np.minimum(np.searchsorted(reached, (0.025, 0.5, 0.975)), n) / n
        above = max(0.0, 1 - reached[count]) + mass[count] / 2
        rows.append((middle, low, high, high - low, float(low <= count / n <= high), above))
    return Prediction(*np.array(rows).T)


def predict_gaussian(y: Floats, x: Floats, held_out: int) -> list[Prediction]:
    """The same for scores with normal noise: the line's t interval, its variance from the kept residuals."""
    kept = y.shape[1] - held_out
    centre = x[:, :kept].mean(axis=1, keepdims=True)
    known_x, known_y = x[:, :kept] - centre, y[:, :kept]
    mean, sum_squares = known_y.mean(axis=1), (known_x**2).sum(axis=1)
    slope = (known_x * known_y).sum(axis=1) / sum_squares
    left = known_y - mean[:, None] - slope[:, None] * known_x
    spare = kept - 2
    variance = np.maximum((left**2).sum(axis=1) / max(spare, 1), 1e-20)
    found = []
    for scale in range(kept, y.shape[1]):
        away = x[:, scale] - centre[:, 0]
        predicted = mean + slope * away
        error = np.sqrt(variance * (1 + 1 / kept + away**2 / sum_squares))
        half = stats.t.ppf(0.975, spare) * error
        surprise = stats.t.sf((y[:, scale] - predicted) / error, spare)
        covered = (np.abs(y[:, scale] - predicted) <= half).astype(float)
        found.append(Prediction(predicted, predicted - half, predicted + half, 2 * half, covered, surprise))
    return found
