"""Likelihood ratios, as a second opinion where the score test is small.

A score test looks from the null: near separation, or far away, its quadratic view of the likelihood misleads. Seen from
slope -0.5, the curve 0, .., 0, n is all noise, which scales its own t down to 1.6 whatever n is. So slope, curvature
and step are refitted, for the observed counts and for every draw, and

    LR = (D_null - D_alternative) / max(1, X^2_alternative / spare scales)

is compared with its draws. A step is fitted at the place that each draw's own score statistic chose, so that the search
is paid for; one that goes down counts as none.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.curve_tests.boot import Tally, tallies
from pipeline.curve_tests.fit import fit
from pipeline.curve_tests.ladder import step_design
from pipeline.curve_tests.model import Curves, Floats, pearson, probability
from pipeline.curve_tests.score_statistics import NullModel, break_t, polynomial

# The ratio of a slope takes the score test's place, and its q needs small p values; those of curvature and step only
# confirm or not, at 5 %, which a thousand draws tell to within 0.7 % (one standard error).
LONG, SHORT = (1_000, 10_000), (1_000,)


def curvature_ratio(null: NullModel, counts: Floats) -> Sequence[Floats]:
    """LR of curvature over the power law; counts (curves, scales, draws) -> (curves, draws)."""
    flat = _as_curves(null, counts)
    return (_ratio(flat, _offset(null, counts), null, polynomial(flat.x, 2))[0].reshape(len(counts), -1),)


def step_ratio(null: NullModel, counts: Floats) -> Sequence[Floats]:
    """LR of an upward step over curvature, at the place of the largest score statistic."""
    flat = _as_curves(null, counts)
    place = break_t(null, counts)[1].reshape(-1)
    ratio, last = _ratio(flat, _offset(null, counts), null, step_design(flat.x, place))
    return (np.where(last > 0, 0.0, ratio).reshape(len(counts), -1),)


def slope_ratio(null: NullModel, counts: Floats) -> Sequence[Floats]:
    """LR of a free slope over the null model's, with the sign of the difference: positive where p rises faster."""
    flat = _as_curves(null, counts)
    design = polynomial(flat.x, 1)
    ratio, last = _ratio(flat, _offset(null, counts), null, design)
    return ((-np.sign(last) * ratio).reshape(len(counts), -1),)


def _as_curves(null: NullModel, counts: Floats) -> Curves:
    draws = counts.shape[2]
    every = np.repeat(np.arange(len(counts)), draws)
    return Curves(
        np.moveaxis(counts, 2, 1).reshape(-1, counts.shape[1]), null.n[every], null.x[every], null.chance[every]
    )


def _offset(null: NullModel, counts: Floats) -> Floats:
    # The fit starts from the null's own eta, which lies near the best for draws from it.
    return np.repeat(null.eta, counts.shape[2], axis=0)


def _ratio(curves: Curves, offset: Floats, null: NullModel, design: Floats) -> tuple[Floats, Floats]:
    """LR of a design over its first columns, which are the null's, and the last coefficient."""
    parameters = null.design.shape[2]
    start = np.zeros((len(offset), design.shape[2]))
    smaller = fit(curves, design[:, :, :parameters], start[:, :parameters], offset)
    start[:, :parameters] = smaller.beta
    other = fit(curves, design, start, offset)
    spare = max(1, curves.x.shape[1] - design.shape[2])
    x2 = pearson(curves.counts, curves.n, probability(other.eta, curves.chance[:, None]))
    ratio = np.maximum(smaller.deviance - other.deviance, 0.0) / np.maximum(1.0, x2 / spare)
    return ratio, other.beta[:, -1]


RATIOS = {
    "steep": (slope_ratio, LONG),
    "steeper": (slope_ratio, LONG),
    "curvature": (curvature_ratio, SHORT),
    "break": (step_ratio, SHORT),
}


def likelihood_ratio_test(
    test: str, curves: Curves, null: NullModel, rho: Floats, rng: np.random.Generator, *, limit: int = LONG[-1]
) -> Tally:
    """The likelihood-ratio version of a test of `boot`, with at most `limit` draws a curve."""
    ratio, schedule = RATIOS[test]
    reps = [draws for draws in schedule if draws <= limit] or [limit]
    (tally,) = tallies(curves, null, ratio, rho=rho, reps=reps, rng=rng)
    return tally
