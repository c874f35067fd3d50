"""Which jumps the data exclude: silence of a test is no proof of smoothness.

"No jump above d" is claimed where, for every place k, the power law with curvature and a jump of d in p before scale k
fits worse than the same with a step of any size at k:

    (D(d, k) - D(k)) / max(1, X^2(k) / spare)  >  t(0.95; spare)^2,    spare = scales - 4

A likelihood ratio, one-sided at 5 %, with the dispersion of the larger model. As every place has to be excluded, the
search needs no correction (an intersection-union test, Berger 1982). Where the best step is itself as large as d, the
fit with d is close to it and nothing is excluded.
"""

import numpy as np
from scipy import stats

from pipeline.curve_tests.fit import Fit, fit
from pipeline.curve_tests.ladder import step_design
from pipeline.curve_tests.model import Booleans, Curves, Floats, pearson, probability
from pipeline.curve_tests.score_statistics import polynomial

LEVEL = 0.95


def jump_excluded(curves: Curves, curvature: Fit, size: float) -> Booleans:
    """Whether an upward jump of `size` (in score units) is excluded at every place, (curves,).

    Args:
        curves: the counts.
        curvature: the power law with curvature, fitted to them.
        size: the jump, beyond what curvature explains.
    """
    scales = curves.counts.shape[1]
    spare = scales - 4
    excluded = np.full(len(curves.counts), spare >= 1)
    smooth, start = polynomial(curves.x, 2), np.pad(curvature.beta, ((0, 0), (0, 1)))
    for place in range(1, scales) if spare >= 1 else ():
        rows = np.flatnonzero(excluded)
        part, at = curves.take(rows), np.full(len(rows), place)
        free = fit(part, step_design(part.x, at), start[rows])
        lift: Floats = size * (np.arange(scales) >= at[:, None]).astype(np.float64)
        # The smooth part starts where the free fit has it, and where it lay without a jump.
        held = [fit(part, smooth[rows], beta, 0.0, lift) for beta in (free.beta[:, :3], curvature.beta[rows])]
        worse = np.minimum(held[0].deviance, held[1].deviance) - free.deviance
        x2 = pearson(part.counts, part.n, probability(free.eta, part.chance[:, None]))
        bar = stats.t.ppf(LEVEL, spare) ** 2 * np.maximum(1.0, x2 / spare)
        is_smaller = _step_size(part, free, place) < size
        excluded[rows] = (worse > bar) & is_smaller
    return excluded


def _step_size(curves: Curves, free: Fit, place: int) -> np.ndarray:
    """The fitted step in p at the first scale after it."""
    without = free.eta[:, place] - free.beta[:, 3]
    return probability(free.eta[:, place], curves.chance) - probability(without, curves.chance)
