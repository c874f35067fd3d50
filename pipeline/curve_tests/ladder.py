"""The rungs beside the power law: constant, power law with curvature, monotone, power law with an upward step.

Every rung of the ladder is fitted to the same counts, so that their deviances can be laid side by side.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import isotonic_regression

from pipeline.curve_tests.fit import Fit, best, fit, fit_line
from pipeline.curve_tests.model import Curves, Floats, deviance
from pipeline.curve_tests.score_statistics import polynomial


class Ladder(NamedTuple):
    """Deviances of (curves,), `curvature` with `eta`, and of the best step its `step_at` and `step` in eta."""

    constant: Floats
    curvature: Fit
    monotone: Floats
    step: Fit
    step_at: Floats


def fit_ladder(curves: Curves) -> Ladder:
    """Fit every rung to every curve.

    Degrees of freedom of the residual: scales minus 1, 3 and 4 for constant, curvature and step (the step's place,
    which is searched, not counted); the monotone fit spends as many as it has levels. `step_at` is the number of
    scales before the step; the step comes on top of curvature and may only go up.
    """
    pooled = curves.counts.sum(axis=1) / curves.n.sum(axis=1)
    constant = deviance(curves.counts, curves.n, np.maximum(pooled, curves.chance)[:, None])
    curvature = fit_curvature(curves)
    step, place = fit_step(curves, curvature)
    return Ladder(constant, curvature, monotone_deviance(curves), step, place)


def fit_curvature(curves: Curves) -> Fit:
    """Eta = a + b x + c x^2, started from the power law."""
    line = fit_line(curves)
    scale = np.abs(curves.x).max(axis=1)
    start = np.stack([line.beta[:, 0], line.beta[:, 1] * scale, np.zeros(len(scale))], axis=1)
    return fit(curves, polynomial(curves.x, 2), start)


def fit_step(curves: Curves, curvature: Fit) -> tuple[Fit, Floats]:
    """Curvature and an upward step (a fall of eta) before the best scale; where none helps, curvature alone."""
    start = np.pad(curvature.beta, ((0, 0), (0, 1)))
    fits = [Fit(start, curvature.eta, curvature.deviance)]
    for place in range(1, curves.counts.shape[1]):
        found = fit(curves, step_design(curves.x, np.full(len(curves.x), place)), start)
        # A step down counts as none.
        fits.append(found._replace(deviance=np.where(found.beta[:, 3] > 0, np.inf, found.deviance)))
    chosen = best(fits)
    place = np.argmin(np.stack([found.deviance for found in fits]), axis=0).astype(float)
    return chosen, np.where(place > 0, place, np.nan)


def step_design(x: Floats, place: Floats) -> Floats:
    """Columns 1, x, x^2 and 1 from scale `place` (from 0) on: (curves, scales, 4)."""
    after = (np.arange(x.shape[1]) >= place[:, None]).astype(float)
    return np.concatenate([polynomial(x, 2), after[:, :, None]], axis=2)


def monotone_deviance(curves: Curves) -> Floats:
    """Deviance of the best fit that never falls, by pooling adjacent violators, kept at or above chance."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(curves.n > 0, curves.counts / curves.n, 0.0)
    weights = np.maximum(curves.n, 1e-9)
    rising = np.stack([isotonic_regression(y, weights=w).x for y, w in zip(shares, weights, strict=True)])
    return deviance(curves.counts, curves.n, np.clip(rising, curves.chance[:, None], 1.0))
