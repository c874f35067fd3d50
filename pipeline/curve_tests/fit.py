"""Fisher scoring with step halving, for thousands of curves at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.model import (
    Booleans,
    Curves,
    Floats,
    deviance,
    deviance_terms,
    eta_of,
    pearson,
    probability,
    rise,
    variance,
)

MAX_STEPS, MAX_HALVINGS = 60, 12
TOLERANCE = 1e-9
LONGEST_STEP = 4.0  # in eta: one step may not cross the whole range of p
STEEPEST = 20.0  # |alpha| at which neighbouring scales, a factor 2 apart, are 0 and n for every n_test of BIG-bench
SLOPES = (-8.0, -2.0, -0.6, -0.2, -0.05, 0.1, 0.5, 3.0)
STARTS_TRIED = 3
RIDGE = 1e-10
HIGHEST_LIFTED = 1 - 1e-6


class Fit(NamedTuple):
    """`beta` (curves, parameters), `eta` (curves, scales), and `deviance` (curves,)."""

    beta: Floats
    eta: Floats
    deviance: Floats


class PowerLaw(NamedTuple):
    """The smooth fit of each curve, all of shape (curves,) but `eta` of (curves, scales).

    `intercept` is eta at the centre of the curve's x; `is_separated` where the likelihood grows without end as
    |alpha| does, so that alpha stands at -20 or 20; a fit that lies on the chance level throughout has an infinite
    standard error, and its alpha means nothing. The standard errors are those of the binomial model: multiply by
    the root of the dispersion.
    """

    intercept: Floats
    alpha: Floats
    intercept_se: Floats
    alpha_se: Floats
    eta: Floats
    deviance: Floats
    dispersion: Floats
    is_separated: Booleans


def fit(curves: Curves, design: Floats, start: Floats, offset: Floats | float = 0.0, lift: Floats | float = 0.0) -> Fit:
    """Maximise the binomial likelihood of eta = offset + design beta for each curve.

    Scoring: beta += (X'WX)^-1 X'W^(1/2) r with Pearson residuals r and W = (dp/d(eta))^2 n / (p (1 - p)); a step that
    raises the deviance is halved. A curve is done when its deviance falls by less than a billionth of itself.

    Args:
        curves: the counts.
        design: (curves, scales, parameters).
        start: (curves, parameters).
        offset: (curves, scales), or a number: the part of eta that is not fitted.
        lift: (curves, scales), or a number: what is added to p, which stays below one.
    """
    beta = start.copy()
    offset, lift = (np.broadcast_to(part, curves.counts.shape) for part in (offset, lift))
    chance = curves.chance[:, None]
    eta = offset + np.einsum("ckq,cq->ck", design, beta)
    found = deviance(curves.counts, curves.n, lifted(eta, chance, lift))
    active = np.arange(len(beta))
    for _ in range(MAX_STEPS):
        if not len(active):
            break
        part, columns = curves.take(active), design[active]
        step = _scoring_step(part, columns, eta[active], lift[active])
        old = found[active]
        new_eta, new = eta[active].copy(), old.copy()
        accepted = np.zeros((len(active), columns.shape[2]))
        waiting = np.arange(len(active))
        for halving in range(MAX_HALVINGS):
            tried = beta[active[waiting]] + step[waiting] / 2**halving
            tried_eta = offset[active[waiting]] + np.einsum("ckq,cq->ck", columns[waiting], tried)
            tried_p = lifted(tried_eta, part.chance[waiting, None], lift[active[waiting]])
            value = deviance(part.counts[waiting], part.n[waiting], tried_p)
            better = value <= old[waiting]
            rows = waiting[better]
            new_eta[rows], new[rows] = tried_eta[better], value[better]
            accepted[rows] = step[rows] / 2**halving
            waiting = waiting[~better]
            if not len(waiting):
                break
        beta[active] += accepted
        eta[active], found[active] = new_eta, new
        active = active[old - new > TOLERANCE * (new + 0.1)]
    return Fit(beta, eta, found)


def lifted(eta: Floats, chance: Floats, lift: Floats) -> Floats:
    """The model's p, raised by `lift` and kept below one."""
    return np.asarray(np.minimum(probability(eta, chance) + lift, np.where(lift > 0, HIGHEST_LIFTED, 1.0)))


def _scoring_step(curves: Curves, design: Floats, eta: Floats, lift: Floats) -> Floats:
    p = lifted(eta, curves.chance[:, None], lift)
    spread = np.sqrt(variance(p, curves.n))
    residual = (curves.counts - curves.n * p) / spread
    # The minus sign: p falls as eta rises.
    columns = design * (-curves.n * rise(eta, curves.chance[:, None]) / spread)[:, :, None]
    information = np.einsum("ckq,ckr->cqr", columns, columns)
    damping = RIDGE * np.einsum("cqq->c", information) + 1e-30
    information += damping[:, None, None] * np.eye(design.shape[2])
    step = np.linalg.solve(information, np.einsum("ckq,ck->cq", columns, residual)[:, :, None])[:, :, 0]
    longest = np.abs(np.einsum("ckq,cq->ck", design, step)).max(axis=1)
    return np.asarray(step * np.minimum(1, LONGEST_STEP / np.maximum(longest, 1e-300))[:, None])


def fit_intercept(curves: Curves, alpha: Floats, more_starts: Sequence[Floats] = ()) -> Fit:
    """The power law of a given slope: only the intercept is fitted."""
    offset = alpha[:, None] * curves.x
    places = np.quantile(curves.x, (0.1, 0.5, 0.9), axis=1)
    starts = [*more_starts, pooled_eta(curves), *(-alpha * x for x in places)]
    ones = np.ones((*curves.counts.shape, 1))
    return best([fit(curves, ones, start[:, None], offset) for start in starts])


def pooled_eta(curves: Curves) -> Floats:
    """Eta of the share of right answers over all scales of each curve, kept off the ends by half an example."""
    examples = curves.n.sum(axis=1)
    p = (curves.counts.sum(axis=1) + 0.5) / (examples + 1)
    return eta_of(np.maximum(p, curves.chance + 0.5 / (examples + 1)), curves.chance)


def best(fits: list[Fit]) -> Fit:
    """Of several fits of the same curves, each curve's best; the first of equals."""
    chosen = np.argmin(np.stack([fit.deviance for fit in fits]), axis=0)
    rows = np.arange(len(chosen))
    beta, eta, found = (np.stack(values)[chosen, rows] for values in zip(*fits, strict=True))
    return Fit(beta, eta, found)


def fit_line(curves: Curves) -> Fit:
    """Eta = a + alpha x by maximum likelihood, from several starts where chance makes the likelihood non-concave.

    With g = 0 the likelihood is concave and one start is enough. With g > 0 a grid of slopes and of places where p is
    half way between chance and 1 is looked over, and scoring starts from the best three and from the flat line.
    """
    design = np.stack([np.ones_like(curves.x), curves.x], axis=2)
    flat = np.stack([pooled_eta(curves), np.zeros(len(curves.x))], axis=1)
    found = fit(curves, design, flat)
    guessed = np.flatnonzero(curves.chance > 0)
    if len(guessed):
        part = curves.take(guessed)
        tried = [fit(part, design[guessed], start) for start in _grid_starts(part)]
        better = best([Fit(*(values[guessed] for values in found)), *tried])
        for values, replaced in zip(found, better, strict=True):
            values[guessed] = replaced
    return found


def _grid_starts(curves: Curves) -> list[Floats]:
    halfway = np.log(np.log(2))
    places = np.quantile(curves.x, np.linspace(0, 1, 7), axis=1)
    starts = np.stack([np.stack([halfway - s * x, np.full_like(x, s)], axis=1) for s in SLOPES for x in places])
    found = np.stack(
        [
            deviance(curves.counts, curves.n, probability(s[:, :1] + s[:, 1:] * curves.x, curves.chance[:, None]))
            for s in starts
        ]
    )
    order = np.argsort(found, axis=0, kind="stable")[:STARTS_TRIED]
    rows = np.arange(len(curves.x))
    return [starts[chosen, rows] for chosen in order]


class Limit(NamedTuple):
    """What a power law tends to as its slope grows without end: its deviance, the sign, and eta at the centre."""

    deviance: Floats
    sign: Floats
    intercept: Floats


def step_limit(curves: Curves) -> Limit:
    """The best step that is the limit of power laws, all of shape (curves,).

    Such a curve is at chance before some scale k, free at k, and perfect after it (or the mirror image, for a
    positive slope). Where no finite slope does better, the curve is separated (Albert and Anderson 1984).
    """
    chance = np.broadcast_to(curves.chance[:, None], curves.counts.shape)
    level = np.maximum(curves.counts / np.maximum(curves.n, 1), chance)
    at_chance, free, at_one = (
        deviance_terms(curves.counts, curves.n, p) for p in (chance, level, np.ones_like(chance))
    )
    rising = _before(at_chance) + free + _after(at_one)
    falling = _before(at_one) + free + _after(at_chance)
    rows = np.arange(len(rising))
    is_rising = rising.min(axis=1) <= falling.min(axis=1)
    place = np.where(is_rising, rising.argmin(axis=1), falling.argmin(axis=1))
    sign = np.where(is_rising, -1.0, 1.0)
    intercept = eta_of(level, chance)[rows, place] - sign * STEEPEST * curves.x[rows, place]
    return Limit(np.minimum(rising.min(axis=1), falling.min(axis=1)), sign, intercept)


def _before(terms: Floats) -> Floats:
    """The sum over the scales before each."""
    return np.pad(np.cumsum(terms, axis=1)[:, :-1], ((0, 0), (1, 0)))


def _after(terms: Floats) -> Floats:
    return _before(terms[:, ::-1])[:, ::-1]


def fit_power_law(curves: Curves) -> PowerLaw:
    """The smooth fit of every curve, with standard errors and Pearson dispersion X^2 / (scales - 2)."""
    found = fit_line(curves)
    limit = step_limit(curves)
    at_limit = limit.deviance <= found.deviance + 1e-3
    is_separated = at_limit | (np.abs(found.beta[:, 1]) > STEEPEST)
    rows = np.flatnonzero(is_separated)
    if len(rows):
        part = curves.take(rows)
        alpha = STEEPEST * np.where(at_limit[rows], limit.sign[rows], np.sign(found.beta[rows, 1]))
        bounded = fit_intercept(part, alpha, [limit.intercept[rows]])
        found.beta[rows] = np.stack([bounded.beta[:, 0], alpha], axis=1)
        found.eta[rows], found.deviance[rows] = bounded.eta, bounded.deviance
    intercept_se, alpha_se = standard_errors(curves, found.eta)
    alpha_se[rows] = np.inf
    p = probability(found.eta, curves.chance[:, None])
    dispersion = pearson(curves.counts, curves.n, p) / np.maximum((curves.n > 0).sum(axis=1) - 2, 1)
    return PowerLaw(
        found.beta[:, 0], found.beta[:, 1], intercept_se, alpha_se, found.eta, found.deviance, dispersion, is_separated
    )


def standard_errors(curves: Curves, eta: Floats) -> tuple[Floats, Floats]:
    """Of intercept and alpha: roots of the diagonal of (X'WX)^-1; infinite where the fit carries no information."""
    p = probability(eta, curves.chance[:, None])
    weight = (curves.n * rise(eta, curves.chance[:, None])) ** 2 / variance(p, curves.n)
    total, first, second = (np.sum(weight * curves.x**power, axis=1) for power in (0, 1, 2))
    determinant = total * second - first**2
    informed = determinant > 1e-10 * np.maximum(total * second, 1e-20)
    safe = np.where(informed, determinant, 1.0)
    return (
        np.where(informed, np.sqrt(np.abs(second / safe)), np.inf),
        np.where(informed, np.sqrt(np.abs(total / safe)), np.inf),
    )
