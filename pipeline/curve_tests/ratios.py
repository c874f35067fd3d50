"""The tests of one curve's shape: likelihood ratios with sequential Monte Carlo p values, compiled.

| test     | null model            | statistic                                                             | side  |
|----------|-----------------------|-----------------------------------------------------------------------|-------|
| goodness | smooth                | 2 (log L of every count at its best p - log L of the null)            | upper |
| curved   | smooth                | 2 (log L with x^2 - log L of the null)                                | both  |
| broken   | smooth with curvature | 2 (log L with an upward step, at its best place - log L of the null)  | upper |

Null and alternative are fitted again to every draw from the null, the place of a step searched again (by its score,
then fitted). Draws go on until ENOUGH of them reach the observed statistic (Besag and Clifford 1991), and p is the
mid-p (greater + (equal + 1) / 2) / (draws + 1). Where MOST draws were not enough, p is the tail of an exponential
fitted to the largest TAIL of the draws (after Knijnenburg et al. 2009, who fit the generalised Pareto; the tail of a
likelihood ratio is close to an exponential). So small a p is approximate: at 1e-4 by a factor of two or three.

Where every draw gives the same statistic as the curve itself, no counts from the null could be told apart: the test
cannot reject by construction, and p is NaN.
"""

from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.fitting import Curve, eta_at, fit, fit_smooth, fit_step, with_zero
from pipeline.curve_tests.likelihood import Floats, compiled, draw, largest_log_likelihoods, mass, probability

ENOUGH, MOST, TAIL = 20, 400, 0.1
# Draws after which a statistic that never changed counts as one that cannot.
ALIKE = 60
TIE = 1e-6
TESTS = ("goodness", "curved", "broken")


class Shape(NamedTuple):
    """What was fitted to one curve, and the tests: statistics and draws in the order of TESTS.

    Attributes:
        smooth: log-likelihood of the smooth model.
        intercept: eta at the centre of x.
        slope: by x, which is 1 at its largest.
        curved: beta of the smooth model with curvature.
        place: of the best upward step, the first scale after it; 0 for none.
        stepped: beta of the smooth model with curvature and that step.
        statistic: (tests,).
        drawn: (tests, draws), of draws from the null.
        made: (tests,), how many of them were made.
    """

    smooth: float
    intercept: float
    slope: float
    curved: Floats
    place: int
    stepped: Floats
    statistic: Floats
    drawn: Floats
    made: np.ndarray


@compiled
def tables(curve: Curve, design: Floats, beta: Floats) -> Floats:
    """The cumulative distribution of each scale's count: (scales, n + 1)."""
    found = np.empty((len(design), curve.n + 1))
    for k in range(len(design)):
        p = probability(eta_at(design, beta, k), curve.chance, curve.kind, curve.ceiling)
        mass(p, curve.n, curve.step, found[k])
        for y in range(curve.n):
            found[k, y + 1] += found[k, y]
    return found


@compiled
def draw_counts(cumulated: Floats, rng: np.random.Generator, out: np.ndarray) -> None:
    """One count at each scale, by inversion."""
    for k in range(len(out)):
        out[k] = draw(cumulated[k], rng.random())


@compiled
def goes_on(drawn: Floats, made: int, observed: float) -> bool:
    """Whether a test needs another draw."""
    if made == len(drawn):
        return False
    reached, alike = 0, True
    for value in drawn[:made]:
        reached += value >= observed - TIE
        alike = alike and abs(value - observed) <= TIE
    return made < ALIKE if alike else reached < ENOUGH


def p_value(drawn: Floats, observed: float) -> float:
    """The mid-p, or that of the fitted tail; NaN where every draw is equal to the observed statistic."""
    is_equal = np.abs(drawn - observed) <= TIE
    equal, greater = is_equal.sum(), (drawn > observed + TIE).sum()
    if equal == len(drawn):
        return float("nan")
    largest = int(TAIL * len(drawn))
    if greater + equal < min(ENOUGH, largest):
        top = np.sort(drawn)[-largest - 1 :]
        # Few test examples leave few values; then there is no tail to fit.
        if (np.diff(top) > TIE).sum() >= ENOUGH:
            beyond = np.exp(-(observed - top[0]) / (top[1:] - top[0]).mean())
            return float(min(TAIL * beyond, (ENOUGH + 0.5) / (len(drawn) + 1)))
    return float((greater + (equal + 1) / 2) / (len(drawn) + 1))


@compiled
def test_shape(curve: Curve, design: Floats, rng: np.random.Generator, most: int) -> Shape:
    """Fit a curve and make its three tests.

    Args:
        curve: the counts.
        design: (scales, 3): 1, x, x^2.
        rng: the curve's own.
        most: draws of each test at most.
    """
    line, none = design[:, :2].copy(), np.empty((0, 2))
    smooth, beta = fit_smooth(curve, line, none)
    best = largest_log_likelihoods(curve.n, curve.step)
    full = best[curve.counts].sum()
    bent = with_zero(beta)
    curved = fit(curve, design, bent, none)
    stepped, place, wider = fit_step(curve, design, bent, curved)
    statistic = np.array([2 * (full - smooth), 2 * (curved - smooth), 2 * (stepped - curved)])
    drawn, made = np.empty((3, most)), np.zeros(3, np.int64)
    again = Curve(np.empty_like(curve.counts), curve.n, curve.step, curve.chance, curve.kind, curve.ceiling)
    counts = tables(curve, line, beta)
    while goes_on(drawn[0], made[0], statistic[0]) or goes_on(drawn[1], made[1], statistic[1]):
        draw_counts(counts, rng, again.counts)
        start = beta.copy()
        null = fit(again, line, start, none)
        if goes_on(drawn[0], made[0], statistic[0]):
            drawn[0, made[0]] = 2 * (best[again.counts].sum() - null)
            made[0] += 1
        if goes_on(drawn[1], made[1], statistic[1]):
            drawn[1, made[1]] = 2 * (fit(again, design, with_zero(start), none) - null)
            made[1] += 1
    counts = tables(curve, design, bent)
    while goes_on(drawn[2], made[2], statistic[2]):
        draw_counts(counts, rng, again.counts)
        start = bent.copy()
        null = fit(again, design, start, none)
        drawn[2, made[2]] = 2 * (fit_step(again, design, start, null)[0] - null)
        made[2] += 1
    return Shape(smooth, beta[0], beta[1], bent, place, wider, statistic, drawn, made)
