"""Which jumps the data exclude: a test that does not reject is no proof of smoothness.

A jump of d in p before scale k is excluded where the smooth model with curvature and that jump fits worse than the same
with a step of any size at k, by more than CRITICAL in twice the log-likelihood: a likelihood ratio, one-sided at 5 %.
Where the best step is itself as large as d, it is not excluded. "No jump of d or more" is claimed where every place and
every size of GRID from d on is excluded; as all have to be, the search needs no correction (an intersection-union test,
Berger 1982).

Most jumps need no fit to be excluded: from the jump on, no p is below g + d, so that the likelihood is at most that of
every count at its best p, or at g + d where that is the larger.
"""

import numpy as np

from pipeline.curve_tests.fitting import Curve, eta_at, fit, step_columns, with_zero
from pipeline.curve_tests.likelihood import (
    LEAST_P,
    Floats,
    best_p,
    compiled,
    log_likelihood,
    probability,
    slope_of_log_rising,
)

SIZES = (0.1, 0.2, 0.3)
GRID = np.array([0.1, 0.2, 0.3, 0.5, 0.7])
CRITICAL = 2.705543  # of chi-square with one degree of freedom, one-sided at 5 %
FEWEST_SCALES = 5  # curvature and a step take four


@compiled
def step_height(curve: Curve, stepped: Floats, beta: Floats, place: int) -> float:
    """The step in p at its place: with it, less without it.

    Args:
        curve: chance, shape and ceiling.
        stepped: (scales, parameters), a design whose last column is the step.
        beta: (parameters,).
        place: the first scale after the step.
    """
    eta = eta_at(stepped, beta, place)
    after = probability(eta, curve.chance, curve.kind, curve.ceiling)
    return after - probability(eta - beta[-1], curve.chance, curve.kind, curve.ceiling)


@compiled
def is_excluded_at(curve: Curve, design: Floats, starts: Floats, place: int, jump: float, best: float) -> bool:
    """Whether a jump of exactly this size before one scale is excluded.

    Args:
        curve: the counts.
        design: (scales, 3), of the smooth model with curvature.
        starts: (starts, 3), starting values of its fit with the jump, which must fit worse from each of them.
        place: the first scale after the jump.
        jump: its size in p.
        best: the log-likelihood with a step of any size there.
    """
    none, lift = np.empty((0, 2)), np.zeros(len(design))
    lift[place:] = jump
    for start in starts:  # noqa: SIM110 - numba compiles no generator
        if 2 * (best - fit(curve, design, start.copy(), lift, none)) <= CRITICAL:
            return False
    return True


@compiled
def bounds(curve: Curve, places: int) -> Floats:
    """The largest log-likelihood with each jump of GRID before each scale, whatever the smooth part: (GRID, scales).

    Log L is concave in p, so that it is largest at the floor g + d where it falls there.
    """
    highest, total = np.empty(places), 0.0
    for k in range(places):
        p = best_p(curve.counts[k], curve.n, curve.step)
        highest[k] = log_likelihood(curve.counts[k], curve.n, p, curve.step)
        total += highest[k]
    found = np.empty((len(GRID), places))
    for size in range(len(GRID)):
        floor = min(max(curve.chance, LEAST_P) + GRID[size], 1 - 1e-6)
        bound = total
        for k in range(places - 1, -1, -1):
            right, wrong = curve.counts[k], curve.n - curve.counts[k]
            rises = slope_of_log_rising(floor, curve.step, right) > slope_of_log_rising(1 - floor, curve.step, wrong)
            if not rises:
                bound += log_likelihood(right, curve.n, floor, curve.step) - highest[k]
            found[size, k] = bound
    return found


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
    none, nothing, found = np.empty((0, 2)), np.zeros(len(design)), 0
    starts, bound = np.empty((2, 3)), bounds(curve, len(design))
    for place in range(len(design) - 1, 0, -1):
        stepped, free = step_columns(design, place), with_zero(bent)
        best = fit(curve, stepped, free, nothing, none)
        # The smooth part begins where the free fit has it, or else where it lay without a jump.
        for j in range(3):
            starts[0, j], starts[1, j] = free[j], bent[j]
        height, size = step_height(curve, stepped, free, place), len(GRID)
        while size > found:
            jump = GRID[size - 1]
            if height >= jump:
                break
            is_excluded = 2 * (best - bound[size - 1, place]) > CRITICAL
            if not is_excluded and not is_excluded_at(curve, design, starts, place, jump, best):
                break
            size -= 1
        found = max(found, size)
    return float(GRID[found - 1]) if found else 0.0
