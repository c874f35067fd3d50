"""Curves of metrics that are no proportions (rougeLsum, bleu, likelihoods): the same questions with normal noise.

The smooth model is a line in log N. Where every score has a standard error, the noise is known and the tests are z
tests; elsewhere it is taken from the residuals, equal at all scales, the tests are t tests, and their results are
exploratory: a score that bends upward late looks broken to them.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import special

from pipeline.curve_tests.forecast import TAIL, Forecast
from pipeline.curve_tests.likelihood import Floats

DRAWS, SEED = 5_000, 20230428
LEAST_LEFT = 1e-9


class Tested(NamedTuple):
    """Statistic and p of each test of one curve, by name; `place` is the first scale after the largest upward step.

    With four scales and unknown noise, no degree of freedom is left to test a step: its p is NaN, its place None.
    """

    statistic: dict[str, float]
    p: dict[str, float]
    place: int | None


def test_normal(y: Floats, x: Floats, error: Floats | None) -> Tested:
    """Goodness of fit, curvature and the largest upward step of one curve.

    Args:
        y: (scales,), scores.
        x: (scales,), centred log N.
        error: (scales,), standard errors, or none.
    """
    weight = np.ones_like(x) if error is None else 1 / error
    x = x / np.abs(x).max()
    line = np.stack([np.ones_like(x), x], axis=1) * weight[:, None]
    bent = np.column_stack([line, x**2 * weight])
    steps = (np.arange(len(x))[:, None] >= np.arange(1, len(x))) * weight[:, None]
    scores, is_known = (y * weight)[None], error is not None
    spare = len(x) - 3
    curved = added(scores, line, bent[:, 2:], is_known=is_known)[0, 0]
    broken = added(scores, bent, steps, is_known=is_known)[0]
    drawn = largest_steps(bent.tobytes(), steps.tobytes(), len(x), is_known)
    statistic = {"curved": abs(float(curved)), "broken": float(broken.max())}
    tail = special.ndtr(-abs(curved)) if is_known else special.stdtr(spare, -abs(curved))
    p = {"curved": 2 * float(tail), "broken": (float((drawn >= broken.max()).sum()) + 0.5) / (DRAWS + 1)}
    if is_known:
        left = residuals(scores, line)[0]
        statistic["goodness"] = float(left @ left)
        p["goodness"] = float(special.chdtrc(len(x) - 2, statistic["goodness"]))
    if not is_known and len(x) <= bent.shape[1] + 1:
        return Tested(statistic, p | {"broken": np.nan}, None)
    return Tested(statistic, p, int(broken.argmax()) + 1)


@cache
def largest_steps(bent: bytes, steps: bytes, scales: int, is_known: bool) -> Floats:
    """The largest z or t of an upward step in DRAWS curves of noise: the same for all curves of one design.

    Args:
        bent: (scales, 3), the smooth model with curvature, as bytes of doubles.
        steps: (scales, scales - 1), the steps.
        scales: how many.
        is_known: whether the noise is.
    """
    design, columns = (np.frombuffer(own).reshape(scales, -1) for own in (bent, steps))
    noise = np.random.default_rng(SEED).standard_normal((DRAWS, scales))
    return np.asarray(added(noise, design, columns, is_known=is_known).max(axis=1))


def residuals(y: Floats, design: Floats) -> Floats:
    """What a design leaves of scores (curves, scales)."""
    basis, _ = np.linalg.qr(design)
    return np.asarray(y - y @ basis @ basis.T)


def added(y: Floats, base: Floats, columns: Floats, *, is_known: bool) -> Floats:
    """Z or t of each added column, one at a time: (curves, columns); 0 where the base leaves nothing of a column."""
    left, z = residuals(y, base), residuals(columns.T, base).T
    length = (z**2).sum(axis=0)
    is_there = length > LEAST_LEFT
    u = left @ z / np.sqrt(np.where(is_there, length, 1.0))
    if not is_known:
        spare = y.shape[1] - base.shape[1] - 1
        rest = np.maximum((left**2).sum(axis=1, keepdims=True) - u**2, 1e-300)
        u = u / np.sqrt(rest / spare) if spare > 0 else np.zeros_like(u)
    return np.where(is_there, u, 0.0)


def forecast_normal(y: Floats, x: Floats, error: Floats | None, held_out: int) -> Forecast:
    """The largest scale, forecast by the line without the `held_out` largest: a z or a t interval."""
    kept = len(x) - held_out
    weight = np.ones(kept) if error is None else 1 / error[:kept]
    design = np.stack([np.ones(kept), x[:kept]], axis=1) * weight[:, None]
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ (y[:kept] * weight)
    at = np.array([1.0, x[-1]])
    own = error[-1] ** 2 if error is not None else 1.0
    variance = own + at @ inverse @ at
    spare = max(kept - 2, 1) if error is None else np.inf
    if error is None:
        left = y[:kept] - design @ beta
        variance *= max(left @ left / spare, 1e-20)
    predicted, spread = float(at @ beta), float(np.sqrt(variance))
    # With infinitely many degrees of freedom t is z.
    half = spread * float(special.stdtrit(spare, 1 - TAIL))
    upper = float(special.stdtr(spare, (predicted - y[-1]) / spread))
    return Forecast(predicted, predicted - half, predicted + half, upper, 1 - upper)
