"""The statistics of the tests, for one null model a curve and any number of drawn counts.

Each is a score statistic: the smooth model is re-estimated for every draw, the alternative never is. Re-estimation is
one Fisher step from the curve's own fit (linear in the residuals: one matrix product serves all draws), after
which weights and residuals are computed anew and the residuals are projected on what the smooth model's parameters
cannot reach - a second step in effect. The observed counts go through the same function, so that equal counts give
equal statistics. With s = sqrt(W), Q an orthonormal basis of the columns of sX, and a direction z:

    e = r - QQ'r,   U = (sz)'e,   V = |sz|^2 - |Q'sz|^2,   t = U / sqrt(V phi),
    phi = max(1, (|e|^2 - U^2 / V) / (scales - parameters - 1))

which is the t of an added variable in the working regression, with the dispersion floored at the binomial's (McCullagh
and Nelder 1989, sections 4.5 and 12). Directions point
upward: t > 0 means that p rises more than the smooth model has it.

Shapes: counts (curves, scales, draws); statistics (curves, draws). All curves of a call have equally many scales.
"""

from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.model import Curves, Floats, probability, rise, variance

LONGEST_RESTEP = 2.0
LARGEST_RESIDUAL = 1e6
LEAST_SHARE = 1e-6  # of a direction's length that the smooth model must leave, or there is nothing to test


class NullModel(NamedTuple):
    """A null model: `n` and `x` (curves, scales), `chance` (curves,), the `eta` that draws come from, its `design`."""

    n: Floats
    x: Floats
    chance: Floats
    eta: Floats
    design: Floats

    @property
    def p(self) -> Floats:
        """The probability of a right answer at each scale."""
        return probability(self.eta, self.chance[:, None])

    def take(self, rows: np.ndarray) -> "NullModel":
        """Some of its curves."""
        return NullModel(*(values[rows] for values in self))


def polynomial(x: Floats, degree: int) -> Floats:
    """Columns 1, x, .., x^degree of x scaled to unit length at its largest: (curves, scales, degree + 1)."""
    unit = x / np.abs(x).max(axis=1, keepdims=True)
    return np.stack([unit**power for power in range(degree + 1)], axis=2)


def null_model(curves: Curves, eta: Floats, degree: int) -> NullModel:
    """The null model around a fit whose free part is a polynomial of this degree in x."""
    return NullModel(curves.n, curves.x, curves.chance, eta, polynomial(curves.x, degree))


class Residuals(NamedTuple):
    """What the smooth model leaves: `e` and root weights `s` (curves, scales, draws), `basis` of its columns."""

    e: Floats
    s: Floats
    basis: list[Floats]


def residuals(null: NullModel, counts: Floats) -> Residuals:
    """Re-estimate the smooth model for every draw and project its residuals."""
    chance, n = null.chance[:, None, None], null.n[:, :, None]
    eta = null.eta[:, :, None] + np.clip(_restep(null, counts), -LONGEST_RESTEP, LONGEST_RESTEP)
    p = probability(eta, chance)
    spread = np.sqrt(variance(p, n))
    e = np.clip((counts - n * p) / spread, -LARGEST_RESIDUAL, LARGEST_RESIDUAL)
    s = n * rise(eta, chance) / spread
    basis: list[Floats] = []
    for column in np.moveaxis(null.design, 2, 0):
        vector = s * column[:, :, None]
        for known in basis:
            vector -= known * _dot(known, vector)[:, None]
        length = np.sqrt(_dot(vector, vector))[:, None]
        vector = np.where(length > 1e-9, vector / np.maximum(length, 1e-9), 0.0)
        e -= vector * _dot(vector, e)[:, None]
        basis.append(vector)
    return Residuals(e, s, basis)


def _restep(null: NullModel, counts: Floats) -> Floats:
    """What one Fisher step adds to eta: X (X'WX)^-1 X'W^(1/2) r, with the minus sign of dp/d(eta)."""
    p, spread = null.p, np.sqrt(variance(null.p, null.n))
    columns = null.design * (null.n * rise(null.eta, null.chance[:, None]) / spread)[:, :, None]
    pseudo_inverse = np.linalg.pinv(columns, rcond=1e-8)
    r = np.clip((counts - (null.n * p)[:, :, None]) / spread[:, :, None], -LARGEST_RESIDUAL, LARGEST_RESIDUAL)
    return np.asarray(np.matmul(-(null.design @ pseudo_inverse), r))


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ckr,ckr->cr", a, b))


def direction_t(null: NullModel, counts: Floats, direction: Floats) -> Floats:
    """T of one direction (curves, scales): the model's line bent upward along it."""
    left = residuals(null, counts)
    z = left.s * direction[:, :, None]
    length = _dot(z, z)
    v = length - sum(_dot(known, z) ** 2 for known in left.basis)
    return _t(_dot(z, left.e), v, length, _dot(left.e, left.e), _spare_scales(null))


def break_t(null: NullModel, counts: Floats) -> tuple[Floats, Floats]:
    """The largest t of an upward step in eta over all places, and the place: the first scale after the step."""
    left = residuals(null, counts)
    squared = left.s**2
    # Sums from each scale to the last, without the first scale: a step there is the intercept.
    u, length, *shadows = (
        np.cumsum(terms[:, :0:-1], axis=1)[:, ::-1]
        for terms in (left.s * left.e, squared, *(left.s * known for known in left.basis))
    )
    v = length - sum(shadow**2 for shadow in shadows)
    t = _t(u, v, length, _dot(left.e, left.e)[:, None], _spare_scales(null))
    place = np.argmax(t, axis=1)
    return np.take_along_axis(t, place[:, None], axis=1)[:, 0], place + 1.0


def _t(u: Floats, v: Floats, length: Floats, total: Floats, spare: int) -> Floats:
    informed = v > LEAST_SHARE * np.maximum(length, 1e-9)
    v = np.where(informed, v, 1.0)
    squared = np.where(informed, u**2 / v, 0.0)
    phi = np.maximum(1.0, (total - squared) / spare) if spare > 0 else np.ones_like(squared)
    return np.where(informed, u / np.sqrt(v * phi), 0.0)


def _spare_scales(null: NullModel) -> int:
    return int(null.x.shape[1] - null.design.shape[2] - 1)
