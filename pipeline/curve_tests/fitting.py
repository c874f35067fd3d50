"""Maximum likelihood for one curve: Newton's method with step halving, compiled.

A design is a matrix (scales, parameters): 1, x for the smooth model, with x^2 for curvature, with a step from a place
on. x is scaled to 1 at its largest, so that all columns are of one size.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.curve_tests.likelihood import (
    HIGHEST_ETA,
    HIGHEST_LOGIT,
    LEAST_P,
    LOGISTIC,
    LOWEST_ETA,
    POWER_LAW,
    Floats,
    compiled,
    log_likelihood,
    probability,
    rising,
    shape,
)

Integers = npt.NDArray[np.int64]

MAX_STEPS, MAX_HALVINGS = 60, 12
TOLERANCE = 1e-8  # of the log-likelihood
LONGEST_STEP = 4.0  # in eta: one step may not cross the whole range of p
FARTHEST_STEP = 100.0  # in eta where p is at an end and stays there
FISHER_STEPS = 3  # before Newton's method, which from afar may end in another maximum
RIDGE, LEAST_PIVOT = 1e-10, 1e-12
EXPECTED, OBSERVED = 0, 1
SLOPES = np.array([-8.0, -2.0, -0.6, -0.2, -0.05, 0.1, 0.5, 3.0])
PLACES = 7
STARTS = 3
HALFWAY = math.log(math.log(2))
LEAST_GAP = 1e-9  # between p after a jump and the ceiling
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
def solve(matrix: Floats, right: Floats, out: Floats) -> bool:
    """Matrix^-1 right, by Cholesky's decomposition in place; False, and no solution, if not positive definite."""
    size = len(right)
    for j in range(size):
        whole = matrix[j, j]
        for i in range(j, size):
            left = matrix[i, j]
            for k in range(j):
                left -= matrix[i, k] * matrix[j, k]
            if i > j:
                matrix[i, j] = left / matrix[j, j]
            elif left > LEAST_PIVOT * whole:
                matrix[j, j] = math.sqrt(left)
            else:
                return False
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
    return True


@compiled
def eta_at(design: Floats, beta: Floats, k: int) -> float:
    """The linear predictor at one scale."""
    eta = 0.0
    for j in range(len(beta)):
        eta += design[k, j] * beta[j]
    return eta


@compiled
def linear(design: Floats, beta: Floats) -> Floats:
    """The linear predictor, (scales,)."""
    eta = np.empty(len(design))
    for k in range(len(design)):
        eta[k] = eta_at(design, beta, k)
    return eta


@compiled
def log_prior(beta: Floats, prior: Floats) -> float:
    """The log of a normal prior of beta, up to a constant; 0 without one."""
    found = 0.0
    for j in range(len(prior)):
        found -= ((beta[j] - prior[j, 0]) / prior[j, 1]) ** 2 / 2
    return found


@compiled
def total(curve: Curve, design: Floats, beta: Floats, prior: Floats) -> float:
    """The log-likelihood of a curve, with the log of a normal prior where there is one."""
    found = log_prior(beta, prior)
    for k in range(len(curve.counts)):
        p = probability(eta_at(design, beta, k), curve.chance, curve.kind, curve.ceiling)
        found += log_likelihood(curve.counts[k], curve.n, p, curve.step)
    return found


@compiled
def of_scale(curve: Curve, count: int, eta: float) -> tuple[float, float, float, float]:
    """One count's log-likelihood, its derivative by eta, and its information, expected and observed.

    The expected one is that of the mean and the variance, n / (p (1 - p) (1 + (n - 1) rho)) (dp/d(eta))^2, the observed
    one the second derivative, of the other sign.
    """
    height = curve.ceiling - curve.chance
    h, fall, bend = shape(eta, curve.kind)
    fall, bend = height * fall, height * bend
    p = min(max(curve.chance + height * h, LEAST_P), 1 - LEAST_P)
    right, rise, right_bend = rising(p, curve.step, count)
    wrong, drop, wrong_bend = rising(1 - p, curve.step, curve.n - count)
    inflation = (1 + curve.n * curve.step) / (1 + curve.step)
    expected = curve.n / (p * (1 - p) * inflation) * fall * fall
    return right + wrong, (drop - rise) * fall, expected, (rise - drop) * bend - (right_bend + wrong_bend) * fall * fall


@compiled
def predictor(curve: Curve, design: Floats, beta: Floats, place: int, jump: float, eta: Floats, slopes: Floats) -> bool:
    """Eta at every scale, and its derivative by beta, in place; False where the jump goes over the ceiling.

    A jump of d in p before a scale is a step in eta from there on, by as much as takes p of that scale to p + d.

    Args:
        curve: the model.
        design: (scales, parameters).
        beta: (parameters,).
        place: the first scale after the jump.
        jump: its size in p, 0 for none.
        eta: (scales,), to fill.
        slopes: (scales, parameters), to fill.
    """
    for k in range(len(design)):
        eta[k] = eta_at(design, beta, k)
    if jump == 0:
        return True
    before = eta[place]
    p = probability(before, curve.chance, curve.kind, curve.ceiling) + jump
    if p > curve.ceiling - LEAST_GAP:
        return False
    after = eta_of(p, curve.chance, curve.kind, curve.ceiling)
    more = shape(before, curve.kind)[1] / shape(after, curve.kind)[1] - 1
    for k in range(len(design)):
        for j in range(len(beta)):
            slopes[k, j] = design[k, j] + (more * design[place, j] if k >= place else 0.0)
        eta[k] += after - before if k >= place else 0.0
    return True


@compiled
def derivatives(
    curve: Curve, eta: Floats, slopes: Floats, beta: Floats, prior: Floats, score: Floats, information: Floats
) -> float:
    """`total`, with its derivative by beta, and its information.

    Args:
        curve: the counts and their model.
        eta: (scales,), at beta.
        slopes: (scales, parameters), of eta by beta.
        beta: (parameters,).
        prior: (parameters, 2) or (0, 2): mean and standard deviation of a normal prior.
        score: (parameters,), to fill.
        information: (2, parameters, parameters), to fill: the lower triangles of the expected and the observed one.
    """
    found = log_prior(beta, prior)
    information[:], score[:] = 0.0, 0.0
    for k in range(len(curve.counts)):
        height, slope, expected, observed = of_scale(curve, curve.counts[k], eta[k])
        found += height
        for i in range(len(score)):
            score[i] += slope * slopes[k, i]
            for j in range(i + 1):
                both = slopes[k, i] * slopes[k, j]
                information[EXPECTED, i, j] += expected * both
                information[OBSERVED, i, j] += observed * both
    for j in range(len(prior)):
        score[j] -= (beta[j] - prior[j, 0]) / prior[j, 1] ** 2
        for matrix in information:
            matrix[j, j] += 1 / prior[j, 1] ** 2
    return found


@compiled
def kept_off_singular(information: Floats) -> Floats:
    """With a small ridge, in place."""
    trace = 0.0
    for j in range(len(information)):
        trace += information[j, j]
    for j in range(len(information)):
        information[j, j] += RIDGE * trace + 1e-30
    return information


@compiled
def within(eta: float, kind: int) -> float:
    """Eta, or the end beyond which p does not change."""
    return min(max(eta, LOWEST_ETA), HIGHEST_LOGIT if kind == LOGISTIC else HIGHEST_ETA)


@compiled
def uphill(
    curve: Curve, eta: Floats, slopes: Floats, score: Floats, information: Floats, is_newton: bool, move: Floats
) -> float:
    """A step that raises the log-likelihood, into `move`, if it is not too long: information^-1 times the score.

    The information is the observed one (Newton's step), or where that is not wanted or not positive definite the
    expected one (Fisher's). Where most scales lie at chance, steps are long: they are limited only where they change p.

    Returns what the step promises to add to the log-likelihood: half of score times move.
    """
    if not (is_newton and solve(kept_off_singular(information[OBSERVED]), score, move)):
        solve(kept_off_singular(information[EXPECTED]), score, move)
    longest, farthest = LONGEST_STEP, FARTHEST_STEP
    for k in range(len(slopes)):
        change = eta_at(slopes, move, k)
        longest = max(longest, abs(within(eta[k] + change, curve.kind) - within(eta[k], curve.kind)))
        farthest = max(farthest, abs(change))
    shorter = min(LONGEST_STEP / longest, FARTHEST_STEP / farthest)
    promised = 0.0
    for j in range(len(move)):
        move[j] *= shorter
        promised += score[j] * move[j] / 2
    return promised


@compiled
def fit(curve: Curve, design: Floats, beta: Floats, prior: Floats) -> float:
    """Maximise the log-likelihood from `beta`, which becomes the estimate; returns the maximum.

    Args:
        curve: the counts and their model.
        design: (scales, parameters).
        beta: (parameters,), the start.
        prior: (parameters, 2) or (0, 2): mean and standard deviation of a normal prior.
    """
    # A plain 0 as the place would be a type of its own, and all that is called be compiled twice.
    return fit_with_jump(curve, design, beta, prior, len(design), 0.0)


@compiled
def fit_with_jump(curve: Curve, design: Floats, beta: Floats, prior: Floats, place: int, jump: float) -> float:
    """The same with a jump of exactly this size in p before one scale; -inf where it does not fit in at the start.

    A step that lowers the likelihood is halved. Done when a step promises less than TOLERANCE. A fit whose jump comes
    close to the ceiling can end short of the maximum. With a jump the observed information leaves out the jump's own
    curvature.
    """
    scales, parameters = design.shape
    information, score = np.empty((2, parameters, parameters)), np.empty(parameters)
    move, tried, eta = np.empty(parameters), np.empty(parameters), np.empty(scales)
    slopes = design.copy()
    if not predictor(curve, design, beta, place, jump, eta, slopes):
        return -np.inf
    found = derivatives(curve, eta, slopes, beta, prior, score, information)
    for step in range(MAX_STEPS):
        is_newton = jump > 0 or step >= FISHER_STEPS
        if uphill(curve, eta, slopes, score, information, is_newton, move) < TOLERANCE:
            break
        now = -np.inf
        for halving in range(MAX_HALVINGS):
            for j in range(parameters):
                tried[j] = beta[j] + move[j] / 2.0**halving
            if predictor(curve, design, tried, place, jump, eta, slopes):
                now = derivatives(curve, eta, slopes, tried, prior, score, information)
            if now >= found:
                break
        # So that no NaN is taken.
        if not now >= found:
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
    """The eta at which the model gives p: of the power law in closed form, else by bisection."""
    low, high = LOWEST_ETA, HIGHEST_LOGIT
    if kind == POWER_LAW:
        share = (p - chance) / (ceiling - chance)
        return within(math.log(-math.log(share)), kind) if 0 < share < 1 else low if share >= 1 else HIGHEST_ETA
    for _ in range(50):
        middle = (low + high) / 2
        if probability(middle, chance, kind, ceiling) > p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@compiled
def level(curve: Curve, counts: Integers) -> float:
    """The eta of some scales' common p, which is kept above chance."""
    examples = curve.n * len(counts) + 1
    p = max((counts.sum() + 0.5) / examples, curve.chance + 0.5 / examples)
    return eta_of(p, curve.chance, curve.kind, curve.ceiling)


@compiled
def fit_smooth(curve: Curve, design: Floats, prior: Floats) -> tuple[float, Floats]:
    """The smooth model: log-likelihood and beta, the best from several starts.

    With chance the likelihood is not concave: a grid of slopes and of places where p is half way is looked over, and
    fits start from the best three and from the flat line.
    """
    x = design[:, 1]
    best = np.array([level(curve, curve.counts), 0.0])
    found = fit(curve, design, best, prior)
    starts = np.empty((len(SLOPES) * PLACES, 2))
    heights = np.empty(len(starts))
    for row in range(len(starts)):
        slope, place = SLOPES[row // PLACES], x[0] + (x[-1] - x[0]) * (row % PLACES) / (PLACES - 1)
        starts[row, 0], starts[row, 1] = HALFWAY - slope * place, slope
        heights[row] = total(curve, design, starts[row], prior)
    for _ in range(STARTS):
        row = int(np.argmax(heights))
        heights[row] = -np.inf
        now = fit(curve, design, starts[row], prior)
        if now > found + TOLERANCE:
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
    score, both = np.empty(parameters), np.empty((2, parameters, parameters))
    derivatives(curve, linear(design, beta), design, beta, np.empty((0, 2)), score, both)
    information = both[EXPECTED]
    for j in range(parameters):
        information[j, j] *= 1 + RIDGE
    place, largest = 0, 0.0
    u, v, shadow, solved = 0.0, 0.0, np.zeros(parameters), np.empty(parameters)
    for k in range(scales - 1, 0, -1):
        _, slope, weight, _ = of_scale(curve, curve.counts[k], eta_at(design, beta, k))
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
    found = fit(curve, step_columns(design, place), wider, np.empty((0, 2)))
    if wider[-1] >= 0 or found <= smooth:
        return smooth, 0, with_zero(beta)
    return found, place, wider
