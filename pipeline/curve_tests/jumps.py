"""Which jumps the data exclude: a test that does not reject is no proof of smoothness.

A jump of d in p before scale k is excluded where the smooth model with curvature and a step of exactly that size at k
fits worse than the same with a step of any size, by more than CRITICAL in twice the log-likelihood: a likelihood ratio,
one-sided at 5 %. Where the best step is itself as large as d, it is not excluded. "No jump of d or more" is claimed
where d is excluded at every place: from the best step on, a larger one fits worse and worse. As all places have to be
excluded, the search needs no correction (an intersection-union test, Berger 1982).
"""

import numpy as np

from pipeline.curve_tests.fitting import Curve, eta_at, eta_of, fit, fit_with_jump, level, step_columns, with_zero
from pipeline.curve_tests.likelihood import Floats, compiled, probability

SIZES = (0.1, 0.2, 0.3)
GRID = np.array([0.1, 0.2, 0.3, 0.5, 0.7])
CRITICAL = 2.705543  # of chi-square with one degree of freedom, one-sided at 5 %
FEWEST_SCALES = 5  # curvature and a step take four
SLIGHTLY = 1e-5
EDGE = 0.02  # how near a start comes to chance and to the ceiling, as a share of the room that a jump leaves


@compiled
def around_step(curve: Curve, design: Floats, beta: Floats, place: int) -> tuple[float, float]:
    """At the first scale after a step, p without the step, and with it.

    Args:
        curve: chance, shape and ceiling.
        design: (scales, parameters), of the model without the step.
        beta: (parameters + 1,), the last the step in eta.
        place: the first scale after the step.
    """
    eta = eta_at(design, beta[:-1], place)
    before = probability(eta, curve.chance, curve.kind, curve.ceiling)
    return before, probability(eta + beta[-1], curve.chance, curve.kind, curve.ceiling)


@compiled
def fit_any_step(curve: Curve, design: Floats, bent: Floats, place: int) -> tuple[float, float, Floats]:
    """The smooth model with curvature and a step of any size at one place: its log-likelihood, the step in p, beta.

    Where the smooth model leaves most scales at chance, nothing tells a fit from there where to go: it begins at two
    levels too.
    """
    none, stepped = np.empty((0, 2)), step_columns(design, place)
    beta, other = with_zero(bent), np.zeros(4)
    other[0] = level(curve, curve.counts[:place])
    other[3] = level(curve, curve.counts[place:]) - other[0]
    found, otherwise = fit(curve, stepped, beta, none), fit(curve, stepped, other, none)
    if otherwise > found:
        found, beta = otherwise, other
    before, after = around_step(curve, design, beta, place)
    return found, after - before, beta


@compiled
def is_excluded(curve: Curve, design: Floats, place: int, jump: float, best: float, beta: Floats) -> bool:
    """Whether a jump of exactly this size before one scale fits worse, by more than CRITICAL, from each of two starts.

    Both have the middle of the jump where the step of any size has its own, the one the same smooth part, the other a
    flat one.

    Args:
        curve: the counts.
        design: (scales, 3), of the smooth model with curvature.
        place: the first scale after the jump.
        jump: its size in p.
        best: the log-likelihood with a step of any size there.
        beta: (4,), the estimate with that.
    """
    room = curve.ceiling - curve.chance - jump
    # From chance to the ceiling is a limit, which no eta reaches.
    if abs(room) < SLIGHTLY:
        jump, room = jump - SLIGHTLY, SLIGHTLY
    if room < 0:
        return True
    none, start = np.empty((0, 2)), np.empty(3)
    before, after = around_step(curve, design, beta, place)
    p = min(max((before + after - jump) / 2, curve.chance + EDGE * room), curve.chance + (1 - EDGE) * room)
    for share in (1.0, 0.0):
        start[0], start[1], start[2] = 0.0, share * beta[1], share * beta[2]
        start[0] = eta_of(p, curve.chance, curve.kind, curve.ceiling) - eta_at(design, start, place)
        if 2 * (best - fit_with_jump(curve, design, start, none, place, jump)) <= CRITICAL:
            return False
    return True


@compiled
def largest_jump(curve: Curve, design: Floats, bent: Floats) -> float:
    """The largest upward jump in score, of GRID, that is not excluded at some place; 0 where all are.

    Args:
        curve: the counts.
        design: (scales, 3), of the smooth model with curvature.
        bent: (3,), its estimate.
    """
    if len(design) < FEWEST_SCALES:
        return float(GRID[-1])
    found = 0
    for place in range(len(design) - 1, 0, -1):
        best, height, beta = fit_any_step(curve, design, bent, place)
        while found < len(GRID):
            if height < GRID[found] and is_excluded(curve, design, place, GRID[found], best, beta):
                break
            found += 1
    return float(GRID[found - 1]) if found else 0.0
