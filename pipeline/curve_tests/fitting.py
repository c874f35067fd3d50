"""Maximum likelihood for one curve: Fisher scoring with step halving, compiled.

A design is a matrix (scales, parameters): 1, x for the smooth model, with x^2 for curvature, with a step from a place
on. x is scaled to 1 at its largest, so that all columns are of one size.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.curve_tests.likelihood import (
    HIGHEST_LOGIT,
    LEAST_P,
    LOWEST_ETA,
    POWER_LAW,
    Floats,
    compiled,
    log_likelihood,
    probability,
    shape,
    slope_of_log_rising,
)

Integers = npt.NDArray[np.int64]

MAX_STEPS, MAX_HALVINGS = 60, 12
TOLERANCE = 1e-10  # of the log-likelihood
LONGEST_STEP = 4.0  # in eta: one step may not cross the whole range of p
RIDGE = 1e-10
SLOPES = np.array([-8.0, -2.0, -0.6, -0.2, -0.05, 0.1, 0.5, 3.0])
PLACES = 7
STARTS = 3
HALFWAY = math.log(math.log(2))
LEAST_LEFT = 1e-6  # of a step's information that the smooth model must leave, or there is nothing to test


class Curve(NamedTuple):
    """What the scores of a curve are, as kernels take it.

    Attributes:
        counts: (scales,), right answers.
        n: test examples at each scale.
        step: rho / (1 - rho), with rho the correlation of two examples.
        chance: g.
        kind: POWER_LAW, LOGISTIC or MIXTURE.
        ceiling: c.
    """

    counts: Integers
    n: int
    step: float
    chance: float
    kind: int = POWER_LAW
    ceiling: float = 1.0


@compiled
def solve(matrix: Floats, right: Floats, out: Floats) -> None:
    """Matrix^-1 right for a positive definite matrix of a few rows, by Cholesky's decomposition in place."""
    size = len(right)
    for j in range(size):
        for i in range(j, size):
            left = matrix[i, j]
            for k in range(j):
                left -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = math.sqrt(max(left, 1e-300)) if i == j else left / matrix[j, j]
    for i in range(size):
        left = right[i]
        for k in range(i):
            left -= matrix[i, k] * out[k]
        out[i] = left / matrix[i, i]
    for i in range(size - 1, -1, -1):
        left = out[i]
        for k in range(i + 1, size):
            left -= matrix[k, i] * out[k]
        out[i] = left / matrix[i, i]


@compiled
def lifted(p: float, lift: float) -> float:
    """P raised by a jump and kept below one."""
    return min(p + lift, 1 - 1e-6) if lift > 0 else p


@compiled
def eta_at(design: Floats, beta: Floats, k: int) -> float:
    """The linear predictor at one scale."""
    eta = 0.0
    for j in range(len(beta)):
        eta += design[k, j] * beta[j]
    return eta


@compiled
def total(curve: Curve, design: Floats, beta: Floats, lift: Floats, prior: Floats) -> float:
    """The log-likelihood of a curve, with the log of a normal prior where there is one."""
    found = 0.0
    for k in range(len(curve.counts)):
        p = probability(eta_at(design, beta, k), curve.chance, curve.kind, curve.ceiling)
        found += log_likelihood(curve.counts[k], curve.n, lifted(p, lift[k]), curve.step)
    for j in range(len(prior)):
        found -= ((beta[j] - prior[j, 0]) / prior[j, 1]) ** 2 / 2
    return found


@compiled
def of_scale(curve: Curve, count: int, eta: float, lift: float) -> tuple[float, float, float]:
    """One count's log-likelihood, its derivative by eta, and its information.

    The information is that of the mean and the variance, n / (p (1 - p) (1 + (n - 1) rho)) (dp/d(eta))^2.
    """
    height = curve.ceiling - curve.chance
    h, fall = shape(eta, curve.kind)
    fall *= height
    p = lifted(min(max(curve.chance + height * h, LEAST_P), 1 - LEAST_P), lift)
    slope = slope_of_log_rising(p, curve.step, count) - slope_of_log_rising(1 - p, curve.step, curve.n - count)
    inflation = (1 + curve.n * curve.step) / (1 + curve.step)
    weight = curve.n / (p * (1 - p) * inflation) * fall * fall
    return log_likelihood(count, curve.n, p, curve.step), -slope * fall, weight


@compiled
def score_and_information(
    curve: Curve, design: Floats, beta: Floats, lift: Floats, prior: Floats, score: Floats, information: Floats
) -> float:
    """`total`, with its derivative by beta and the lower triangle of its information."""
    found = 0.0
    information[:], score[:] = 0.0, 0.0
    for k in range(len(curve.counts)):
        height, slope, weight = of_scale(curve, curve.counts[k], eta_at(design, beta, k), lift[k])
        found += height
        for i in range(len(beta)):
            score[i] += slope * design[k, i]
            for j in range(i + 1):
                information[i, j] += weight * design[k, i] * design[k, j]
    for j in range(len(prior)):
        found -= ((beta[j] - prior[j, 0]) / prior[j, 1]) ** 2 / 2
        score[j] -= (beta[j] - prior[j, 0]) / prior[j, 1] ** 2
        information[j, j] += 1 / prior[j, 1] ** 2
    return found


@compiled
def scoring_step(score: Floats, information: Floats, design: Floats, move: Floats) -> float:
    """Information^-1 times the score, into `move`: at most LONGEST_STEP in eta at any scale.

    Returns what the step promises to add to the log-likelihood: half of score times move.
    """
    trace = 0.0
    for j in range(len(score)):
        trace += information[j, j]
    for j in range(len(score)):
        information[j, j] += RIDGE * trace + 1e-30
    solve(information, score, move)
    longest = 0.0
    for k in range(len(design)):
        change = 0.0
        for j in range(len(move)):
            change += design[k, j] * move[j]
        longest = max(longest, abs(change))
    if longest > LONGEST_STEP:
        move *= LONGEST_STEP / longest
    promised = 0.0
    for j in range(len(move)):
        promised += score[j] * move[j] / 2
    return promised


@compiled
def fit(curve: Curve, design: Floats, beta: Floats, lift: Floats, prior: Floats) -> float:
    """Maximise the log-likelihood from `beta`, which becomes the estimate; returns the maximum.

    A step that lowers the likelihood is halved. Done when a step promises less than TOLERANCE.

    Args:
        curve: the counts and their model.
        design: (scales, parameters).
        beta: (parameters,), the start.
        lift: (scales,), what is added to p.
        prior: (parameters, 2) or (0, 2): mean and standard deviation of a normal prior.
    """
    parameters = len(beta)
    information, score = np.empty((parameters, parameters)), np.empty(parameters)
    move, tried = np.empty(parameters), np.empty(parameters)
    found = score_and_information(curve, design, beta, lift, prior, score, information)
    for _ in range(MAX_STEPS):
        promised = scoring_step(score, information, design, move)
        if promised < TOLERANCE:
            break
        now = -np.inf
        for halving in range(MAX_HALVINGS):
            for j in range(parameters):
                tried[j] = beta[j] + move[j] / 2.0**halving
            now = score_and_information(curve, design, tried, lift, prior, score, information)
            if now >= found:
                break
        if now < found:
            break
        gain = now - found
        for j in range(parameters):
            beta[j] = tried[j]
        found = now
        if gain < TOLERANCE:
            break
    return found


@compiled
def eta_of(p: float, chance: float, kind: int, ceiling: float) -> float:
    """The eta at which the model gives p, by bisection; at or past the ends, the end."""
    low, high = LOWEST_ETA, HIGHEST_LOGIT
    for _ in range(50):
        middle = (low + high) / 2
        if probability(middle, chance, kind, ceiling) > p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@compiled
def fit_smooth(curve: Curve, design: Floats, prior: Floats) -> tuple[float, Floats]:
    """The smooth model: log-likelihood and beta, the best from several starts.

    With chance the likelihood is not concave: a grid of slopes and of places where p is half way is looked over, and
    scoring starts from the best three and from the flat line.
    """
    x = design[:, 1]
    nothing = np.zeros(len(x))
    share = (curve.counts.sum() + 0.5) / (curve.n * len(x) + 1)
    best = np.array(
        [eta_of(max(share, curve.chance + 0.5 / (curve.n * len(x) + 1)), curve.chance, curve.kind, curve.ceiling), 0.0]
    )
    found = fit(curve, design, best, nothing, prior)
    starts = np.empty((len(SLOPES) * PLACES, 2))
    heights = np.empty(len(starts))
    for row in range(len(starts)):
        slope, place = SLOPES[row // PLACES], x[0] + (x[-1] - x[0]) * (row % PLACES) / (PLACES - 1)
        starts[row, 0], starts[row, 1] = HALFWAY - slope * place, slope
        heights[row] = total(curve, design, starts[row], nothing, prior)
    for _ in range(STARTS):
        row = int(np.argmax(heights))
        heights[row] = -np.inf
        now = fit(curve, design, starts[row], nothing, prior)
        if now > found + 1e-9:
            found, best = now, starts[row].copy()
    return found, best


@compiled
def with_zero(beta: Floats) -> Floats:
    """Beta with a parameter more, which is 0."""
    wider = np.zeros(len(beta) + 1)
    for j in range(len(beta)):
        wider[j] = beta[j]
    return wider


@compiled
def step_columns(design: Floats, place: int) -> Floats:
    """The design with a column more: 1 from a place on."""
    scales, parameters = design.shape
    wider = np.zeros((scales, parameters + 1))
    for k in range(scales):
        for j in range(parameters):
            wider[k, j] = design[k, j]
        wider[k, parameters] = k >= place
    return wider


@compiled
def best_place(curve: Curve, design: Floats, beta: Floats) -> int:
    """The first scale after the upward step with the largest score statistic; 0 where no step points upward.

    A step at scale j adds d to eta from j on. With s and w the score and the information of eta at each scale, its
    statistic at the fitted model is U^2 / V, U = sum_{k>=j} s_k, V = sum_{k>=j} w_k - c' (X'WX)^-1 c,
    c = sum_{k>=j} w_k X_k; it points upward where U < 0.
    """
    scales, parameters = design.shape
    nothing, none = np.zeros(scales), np.empty((0, 2))
    score, information = np.empty(parameters), np.empty((parameters, parameters))
    score_and_information(curve, design, beta, nothing, none, score, information)
    for j in range(parameters):
        information[j, j] *= 1 + RIDGE
    place, largest = 0, 0.0
    u, v, shadow, solved = 0.0, 0.0, np.zeros(parameters), np.empty(parameters)
    for k in range(scales - 1, 0, -1):
        _, slope, weight = of_scale(curve, curve.counts[k], eta_at(design, beta, k), 0.0)
        u += slope
        v += weight
        for j in range(parameters):
            shadow[j] += weight * design[k, j]
        solve(information.copy(), shadow, solved)
        left = v
        for j in range(parameters):
            left -= shadow[j] * solved[j]
        if u < 0 and left > LEAST_LEFT * v and u * u / left > largest:
            place, largest = k, u * u / left
    return place


@compiled
def fit_step(curve: Curve, design: Floats, beta: Floats, smooth: float) -> tuple[float, int, Floats]:
    """The smooth model with an upward step at its best place: log-likelihood, place, beta.

    Where no upward step helps, the log-likelihood is that of the smooth model and the place 0.

    Args:
        curve: the counts.
        design: of the smooth model.
        beta: its estimate.
        smooth: its log-likelihood.
    """
    place = best_place(curve, design, beta)
    wider = with_zero(beta)
    if place == 0:
        return smooth, place, wider
    found = fit(curve, step_columns(design, place), wider, np.zeros(len(design)), np.empty((0, 2)))
    if wider[-1] >= 0 or found <= smooth:
        return smooth, 0, with_zero(beta)
    return found, place, wider
