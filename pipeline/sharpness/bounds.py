"""How large a jump the data still allow: silence of a test is no proof of smoothness.

At each place the size of an upward step in p, beyond the power law with curvature, is estimated by least squares on the
working model: delta = U / V, with the step projected off the tangent of the smooth fit, and bounded from above by
delta + t(0.95; scales - 4) root(phi / V). The largest bound over places is the bound of the curve: "no jump above d" is
claimed only where it holds at every place, so that the search needs no correction (an intersection-union test).

Weights use (np + 2) / (n + 4) for p (Agresti and Coull 1998): a fitted 0 out of three items excludes little.
"""

import numpy as np
from scipy import stats

from pipeline.sharpness.model import Curves, Floats, probability, rise
from pipeline.sharpness.score_tests import polynomial

LEVEL = 0.95


def jump_bound(curves: Curves, eta: Floats) -> Floats:
    """The 95 % upper bound of a jump of each curve, in score units; 1 where nothing smaller is excluded.

    Args:
        curves: the counts.
        eta: (curves, scales) of the power law with curvature.
    """
    spare = curves.counts.shape[1] - 4
    if spare < 1:
        return np.ones(len(curves.counts))
    chance = curves.chance[:, None]
    p = probability(eta, chance)
    steadied = (curves.n * p + 2) / (curves.n + 4)
    root = np.sqrt(curves.n / (steadied * (1 - steadied)))
    tangent = polynomial(curves.x, 2) * (rise(eta, chance) * root)[:, :, None]
    project = tangent @ np.linalg.pinv(tangent, rcond=1e-6)
    number = curves.counts.shape[1]
    steps = (np.arange(number)[:, None] >= np.arange(1, number)).astype(float)[None] * root[:, :, None]
    steps = steps - project @ steps
    left = root * (curves.counts / np.maximum(curves.n, 1) - p)
    left = left - np.einsum("ckj,cj->ck", project, left)
    u, v = np.einsum("ckj,ck->cj", steps, left), np.einsum("ckj,ckj->cj", steps, steps)
    safe = np.maximum(v, 1e-12)
    phi = np.maximum(1.0, ((left**2).sum(axis=1)[:, None] - u**2 / safe) / spare)
    bound = np.where(v > 1e-6, u / safe + stats.t.ppf(LEVEL, spare) * np.sqrt(phi / safe), 1.0)
    return np.asarray(np.minimum(bound.max(axis=1), 1.0))
