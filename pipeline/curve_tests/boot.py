"""The tests of a chunk of curves, by parametric bootstrap: a pure function on arrays for any map-like executor.

| test       | null model, fitted to the curve itself        | statistic                         | side       |
|------------|-----------------------------------------------|-----------------------------------|------------|
| curvature  | power law                                     | t of x^2                          | both       |
| emergence  | power law                                     | E, infinite where its step is 0   | upper      |
| steep      | power law of slope -0.5 (the paper's)         | t of x                            | upper      |
| steeper    | power law at the steep edge of all slopes     | t of x                            | upper      |
| break      | power law with curvature                      | largest t of a step, all places   | upper      |

Draws are beta-binomial with the pooled correlation rho of curves of the same kind. The t statistics are scaled by each
draw's own dispersion, so that a wrong rho moves their level little. E is not pivotal and its null is plugged in: its
test is conservative.

p is a mid-p with the observed counts among the draws: (greater + (equal + 1) / 2) / (draws + 1). Draws are adaptive:
a thousand, and where p < 0.01 more, until twenty reach the observed (Besag and Clifford 1991) or the limit is met.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.core.emergence import emergence_score
from pipeline.curve_tests import beta_binomial
from pipeline.curve_tests.fit import fit_intercept, fit_power_law
from pipeline.curve_tests.ladder import fit_curvature
from pipeline.curve_tests.model import Curves, Floats, centred
from pipeline.curve_tests.score_statistics import NullModel, break_t, direction_t, null_model

PAPER_SLOPE = -0.5
SCHEDULE = (1_000, 10_000, 100_000)
TESTS = ("curvature", "emergence", "steep", "steeper", "break")
GO_ON_BELOW, ENOUGH_EXCEED = 0.01, 20
TIE = 1e-7
BLOCK = 8_000  # draws at once: with twelve scales an array of 0.8 MB, which stays in a core's cache

Statistic = Callable[[NullModel, Floats], Sequence[Floats]]


class Design(NamedTuple):
    """What a chunk's curves are tested against: `log_scale` (curves, scales), the others (curves,)."""

    log_scale: Floats
    chance: Floats
    rho: Floats
    edge: Floats


class Tally(NamedTuple):
    """Of each curve: the observed statistic, draws above it, draws equal to it, and draws made."""

    observed: Floats
    greater: Floats
    equal: Floats
    used: Floats

    @property
    def p(self) -> Floats:
        """The mid-p."""
        return (self.greater + (self.equal + 1) / 2) / (self.used + 1)


def boot_chunk(
    counts: Floats, n: Floats, design: Design, reps: Sequence[int], seed: np.random.SeedSequence
) -> dict[str, Floats]:
    """Test every curve of a chunk.

    Args:
        counts: (curves, scales), right answers.
        n: (curves,), test examples at each scale.
        design: what they are tested against.
        reps: draws after which a curve may stop, in rising order; the last is the limit.
        seed: of this chunk alone: the result depends on nothing else.

    Returns:
        (curves,) arrays: `<test>_statistic`, `<test>_p`, `<test>_replicates` for each of the five tests.
    """
    examples = np.repeat(np.asarray(n, float)[:, None], counts.shape[1], axis=1)
    curves = Curves(np.asarray(counts, float), examples, centred(design.log_scale), design.chance)
    rng = np.random.default_rng(seed)
    found: dict[str, Floats] = {}
    for names, null, statistic in null_models(curves, design.edge):
        for name, tally in zip(
            names, tallies(curves, null, statistic, rho=design.rho, reps=reps, rng=rng), strict=True
        ):
            found |= {
                f"{name}_statistic": tally.observed,
                f"{name}_p": tally.p,
                f"{name}_replicates": tally.used,
            }
    return found


def slope_model(curves: Curves, alpha: Floats) -> NullModel:
    """Power laws of given slopes, with the intercept fitted."""
    return null_model(curves, fit_intercept(curves, alpha).eta, 0)


def null_models(curves: Curves, edge: Floats) -> list[tuple[tuple[str, ...], NullModel, Statistic]]:
    """The tests that share a null model, that null, and their statistics."""
    line = null_model(curves, fit_power_law(curves).eta, 1)
    steep, steeper = (slope_model(curves, alpha) for alpha in (np.full_like(edge, PAPER_SLOPE), edge))
    curved = null_model(curves, fit_curvature(curves).eta, 2)
    return [
        (("curvature", "emergence"), line, _curvature_and_emergence),
        (("steep",), steep, _steepness),
        (("steeper",), steeper, _steepness),
        (("break",), curved, _break),
    ]


def _curvature_and_emergence(null: NullModel, counts: Floats) -> Sequence[Floats]:
    return np.abs(direction_t(null, counts, null.x**2)), emergence_score(
        np.ascontiguousarray(np.moveaxis(counts, 1, -1)).astype(np.int32)
    )


def _steepness(null: NullModel, counts: Floats) -> Sequence[Floats]:
    return (direction_t(null, counts, null.x),)


def _break(null: NullModel, counts: Floats) -> Sequence[Floats]:
    return (break_t(null, counts)[0],)


def tallies(
    curves: Curves, null: NullModel, statistic: Statistic, *, rho: Floats, reps: Sequence[int], rng: np.random.Generator
) -> list[Tally]:
    """Compare the observed statistics with those of draws from the null model, more draws where p is small."""
    observed = statistic(null, curves.counts[:, :, None])
    found = [Tally(value[:, 0], *(np.zeros(len(value)) for _ in range(3))) for value in observed]
    pending, done = np.arange(len(curves.counts)), 0
    for target in reps:
        for rows in np.array_split(pending, max(1, len(pending) * (target - done) // BLOCK)):
            if len(rows):
                _add_draws(found, rows, null.take(rows), statistic, rho=rho[rows], number=target - done, rng=rng)
        done = target
        pending = pending[np.any([_goes_on(tally, pending) for tally in found], axis=0)]
    return found


def _goes_on(tally: Tally, rows: np.ndarray) -> np.ndarray:
    exceed = (tally.greater + tally.equal)[rows]
    return np.asarray((tally.p[rows] < GO_ON_BELOW) & (exceed < ENOUGH_EXCEED))


def _add_draws(
    found: list[Tally],
    rows: np.ndarray,
    null: NullModel,
    statistic: Statistic,
    *,
    rho: Floats,
    number: int,
    rng: np.random.Generator,
) -> None:
    cumulative = [
        np.cumsum(beta_binomial.distribution(p, int(n[0]), r), axis=1)
        for p, n, r in zip(null.p, null.n, rho, strict=True)
    ]
    for first in range(0, number, BLOCK):
        size = min(BLOCK, number - first)
        drawn = np.stack([beta_binomial.draw(rng, table, size) for table in cumulative])
        for tally, values in zip(found, statistic(null, drawn), strict=True):
            reference = tally.observed[rows, None]
            with np.errstate(invalid="ignore"):
                near = np.abs(values - reference) <= TIE * np.maximum(1.0, np.abs(reference))
            equal = (values == reference) | (near & np.isfinite(reference))
            tally.equal[rows] += equal.sum(axis=1)
            tally.greater[rows] += ((values > reference) & ~equal).sum(axis=1)
            tally.used[rows] += size
