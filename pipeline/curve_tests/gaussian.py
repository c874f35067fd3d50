"""Curves of metrics that are no proportions (rougeLsum, bleu, likelihoods), with noise taken from residuals.

The smooth model is a line in log N with normal noise of equal variance: an approximation, marked by `basis`
gaussian. Curvature is tested by the exact t of x^2. The largest t of an upward step over line and curvature has a
distribution that depends on x alone, drawn once a design; E is tested against draws from the fitted line. Steepness
has no meaning without the power law and is left null.
"""

import numpy as np
from scipy import stats

from pipeline.core.emergence import emergence_score
from pipeline.curve_tests.model import Floats
from pipeline.curve_tests.score_statistics import polynomial

DRAWS = 20_000


def gaussian_tests(y: Floats, x: Floats, seed: np.random.SeedSequence) -> dict[str, Floats]:
    """Curvature, break and E tests of curves with equally many scales: `<test>_statistic`, `_p`, `_replicates`."""
    rng = np.random.default_rng(seed)
    found: dict[str, Floats] = {}
    line, curved = polynomial(x, 1), polynomial(x, 2)
    t, spare = _added_t(y, line, x[:, :, None] ** 2)
    found["curvature_statistic"] = np.abs(t[:, 0])
    found["curvature_p"] = 2 * stats.t.sf(np.abs(t[:, 0]), spare)
    found["curvature_replicates"] = np.zeros(len(y))
    steps = (np.arange(x.shape[1])[:, None] >= np.arange(1, x.shape[1])).astype(float)
    observed = _added_t(y, curved, np.broadcast_to(steps, (len(y), *steps.shape)))[0].max(axis=1)
    found["break_statistic"] = observed
    found["break_p"] = np.empty(len(y))
    designs, which = np.unique(np.round(x, 9), axis=0, return_inverse=True)
    for number, _ in enumerate(designs):
        rows = np.flatnonzero(which.ravel() == number)
        noise = rng.standard_normal((DRAWS, x.shape[1]))
        every = np.zeros(DRAWS, int)
        reference = np.sort(
            _added_t(noise, curved[rows[:1]][every], np.broadcast_to(steps, (DRAWS, *steps.shape)))[0].max(1)
        )
        above = DRAWS - np.searchsorted(reference, observed[rows], side="left")
        found["break_p"][rows] = (above + 0.5) / (DRAWS + 1)
    found["break_replicates"] = np.full(len(y), float(DRAWS))
    return found | _test_emergence(y, line, rng)


def _added_t(y: Floats, base: Floats, added: Floats) -> tuple[Floats, int]:
    """T of each added column (curves, scales, columns), one at a time: (curves, columns)."""
    basis, _ = np.linalg.qr(base)
    left = y - np.einsum("ckq,cq->ck", basis, np.einsum("ckq,ck->cq", basis, y))
    z = added - basis @ (np.swapaxes(basis, 1, 2) @ added)
    u, v = np.einsum("ckj,ck->cj", z, left), np.einsum("ckj,ckj->cj", z, z)
    spare = y.shape[1] - base.shape[2] - 1
    safe = np.maximum(v, 1e-12)
    rest = np.maximum((left**2).sum(axis=1)[:, None] - u**2 / safe, 1e-300)
    return np.where((v > 1e-9) & (spare > 0), u / np.sqrt(safe * rest / max(spare, 1)), 0.0), spare


def _test_emergence(y: Floats, line: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    basis, _ = np.linalg.qr(line)
    fitted = np.einsum("ckq,cq->ck", basis, np.einsum("ckq,ck->cq", basis, y))
    sigma = np.sqrt(((y - fitted) ** 2).sum(axis=1) / (y.shape[1] - 2))
    observed = emergence_score(y)
    p = np.empty(len(y))
    for row, (mean, noise) in enumerate(zip(fitted, sigma, strict=True)):
        drawn = emergence_score(mean + noise * rng.standard_normal((DRAWS // 4, y.shape[1])))
        greater, equal = (drawn > observed[row]).sum(), (drawn == observed[row]).sum()
        p[row] = (greater + (equal + 1) / 2) / (len(drawn) + 1)
    replicates = np.full(len(y), DRAWS / 4)
    return {"emergence_statistic": observed, "emergence_p": p, "emergence_replicates": replicates}
