"""The paper's three predictions on arithmetic, each held against simulated answers by a fit and an interval.

What would confirm each is stated here, before anything is computed: the criteria below, the bounds beside them. A
prediction is confirmed if all of its rows hold, so the 95 % of its intervals are shared out evenly (Bonferroni) among
all comparisons that it makes; each row names their number.
Source of the predictions: Schaeffer, Miranda, Koyejo 2023, section 3.
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.genmod.families import Binomial, links
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tools.sm_exceptions import DomainWarning
from statsmodels.tools.tools import add_constant

from pipeline.core.emergence import emergence_score
from pipeline.core.settings import DEFAULT_THRESHOLD
from pipeline.studies.theory import model as theory
from pipeline.studies.theory.arithmetic import OPERATIONS, Cell, Setup
from pipeline.studies.theory.model import Array

LEVEL = 0.95
BOOTSTRAP_DRAWS = 200
# Of the deviance: far below what the exported digits show.
TOLERANCE = 1e-13
# No break: nowhere does the loss of a token jump by a factor of two beyond the trend over all scales.
BREAK_BOUND = float(np.log(2))
# About linear: at the longest target the edit distance departs by less than a tenth from proportion to length.
LINEAR_BOUND = 0.1

CLAIMS = {
    1: "A metric linear in the errors of a token shows the same answers improve smoothly.",
    2: "Larger test sets show accuracy above chance where small ones show none.",
    3: "With the length of the target, accuracy falls geometrically and edit distance grows about linearly.",
}


class Row(NamedTuple):
    """One estimate with its interval, and whether it meets its criterion, `low_bound <= interval <= high_bound`.

    An estimate that is to equal an expected value meets it if its interval contains that value; then the bounds are
    empty.
    """

    prediction: int
    operation: str
    quantity: str
    n_test: int
    comparisons: int
    estimate: float
    low: float
    high: float
    expected: float
    low_bound: float
    high_bound: float
    holds: bool


class Estimate(NamedTuple):
    """A number with its interval."""

    value: float
    low: float
    high: float


def test_predictions(cells: Sequence[Cell], setup: Setup) -> pd.DataFrame:
    """Every row of the three predictions.

    Args:
        cells: what `arithmetic.simulate` gives.
        setup: the setup that gave it.

    Returns:
        One row per estimate: `prediction`, `operation`, `quantity`, `n_test`, `comparisons` (how many the interval is
        shared among), `estimate`, `low`, `high`, `expected`, `low_bound`, `high_bound`, `holds`.
    """
    rows: list[Row] = []
    for operation in OPERATIONS:
        own = [cell for cell in cells if cell.operation == operation]
        for predict in (_smooth_progress, _resolution, _length):
            rows += predict(operation, own, setup)
    return pd.DataFrame(rows)


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each prediction: `prediction`, `claim`, `comparisons`, and how many of them `hold`; confirmed if all do."""
    counts = rows.groupby("prediction")["holds"].agg(comparisons="size", hold="sum").reset_index()
    counts.insert(1, "claim", counts["prediction"].map(CLAIMS))
    return counts


def _within(key: tuple[int, str, str, int, int], estimate: Estimate, low: float, high: float) -> Row:
    return Row(*key, *estimate, np.nan, low, high, low <= estimate.low and estimate.high <= high)


def _equal(key: tuple[int, str, str, int, int], estimate: Estimate, expected: float) -> Row:
    return Row(*key, *estimate, expected, np.nan, np.nan, estimate.low <= expected <= estimate.high)


# 1: the metric


def _smooth_progress(operation: str, cells: Sequence[Cell], setup: Setup) -> Iterator[Row]:
    n, scales = max(setup.n_tests), len(setup.params)
    places = range(2, scales - 1)
    comparisons = len(OPERATIONS) * len(cells) * (1 + len(places) + scales - 1)
    scores = _bootstrap_emergence(cells, setup, comparisons)
    highest = max(scores, key=lambda score: score.high)
    yield _within((1, operation, "largest |E| of edit distance", n, comparisons), highest, 0, DEFAULT_THRESHOLD)
    breaks = [_break(cell, setup, place, comparisons) for cell in cells for place in places]
    largest = max(breaks, key=lambda estimate: max(-estimate.low, estimate.high))
    key = (1, operation, "largest break in log loss of edit distance", n, comparisons)
    yield _within(key, largest, -BREAK_BOUND, BREAK_BOUND)
    smallest = min((step for cell in cells for step in _steps(cell, comparisons)), key=lambda step: step.low)
    yield _within((1, operation, "smallest step of edit distance, digits", n, comparisons), smallest, 0, np.inf)


def _bootstrap_emergence(cells: Sequence[Cell], setup: Setup, comparisons: int) -> list[Estimate]:
    """|E| of each cell's edit distance, with normal intervals of log |E| over resampled questions."""
    found = []
    for cell in cells:
        n = cell.distance.shape[1]
        rng = np.random.default_rng([setup.seed, OPERATIONS.index(cell.operation), cell.length, 1])
        drawn = rng.integers(n, size=(BOOTSTRAP_DRAWS, n))
        weights = np.array([np.bincount(questions, minlength=n) for questions in drawn], float)
        own, *resampled = np.log(np.abs(emergence_score(np.vstack([np.ones(n), weights]) @ cell.distance.T / n)))
        # The tails that so many comparisons ask for lie beyond the draws, hence a normal interval, on the scale of
        # ratios.
        found.append(Estimate(*np.exp(_normal(own, np.std(resampled, ddof=1), comparisons))))
    return found


def _break(cell: Cell, setup: Setup, place: int, comparisons: int) -> Estimate:
    """The jump in log(-log right share) beyond a straight line in log N from the scale at `place` on.

    The right share is 1 - edit distance / L, a binomial share of L n digits.
    """
    log_params = np.log(setup.params)
    wrong = cell.distance.sum(axis=1)
    counts = np.column_stack([cell.distance.shape[1] * cell.length - wrong, wrong])
    design = np.column_stack([np.ones_like(log_params), log_params, np.arange(len(log_params)) >= place])
    return _log_log_fit(counts, design, comparisons)[2]


def _steps(cell: Cell, comparisons: int) -> Iterator[Estimate]:
    """How far the mean edit distance falls from each scale to the next, on the same questions, in digits."""
    falls = -np.diff(cell.distance, axis=0)
    for mean, error in zip(falls.mean(axis=1), stats.sem(falls, axis=1), strict=True):
        yield _normal(mean, error, comparisons)


# 2: the test set


def _resolution(operation: str, cells: Sequence[Cell], setup: Setup) -> Iterator[Row]:
    small, large = min(setup.n_tests), max(setup.n_tests)
    p = setup.digit_probability()
    comparisons = 4 * len(OPERATIONS)
    yield _empty_sets(operation, cells, p, small, comparisons)
    yield _found(operation, cells, p, (small, large), comparisons)
    slope, lengths = _accuracy_fit(cells, setup, comparisons)
    name = "slope of log(-log accuracy) on log "
    yield _equal((2, operation, name + "parameters", large, comparisons), slope, setup.alpha)
    yield _equal((2, operation, name + "length", large, comparisons), lengths, 1.0)


def _empty_sets(operation: str, cells: Sequence[Cell], p: Array, n: int, comparisons: int) -> Row:
    """The share of disjoint test sets of n that show no right answer, against the mean of (1 - p^L)^n."""
    expected = np.mean([theory.shown_by("accuracy", p, n, theory.Target(cell.length)).p_extreme for cell in cells])
    sets = [cell.is_match.reshape(len(p), -1, n).any(axis=2) for cell in cells]
    empty, total = int(sum((~shown).sum() for shown in sets)), sum(shown.size for shown in sets)
    key = (2, operation, "share of test sets without a right answer", n, comparisons)
    return _equal(key, _share(empty, total, comparisons), float(expected))


def _found(operation: str, cells: Sequence[Cell], p: Array, sizes: tuple[int, int], comparisons: int) -> Row:
    """Of the points without a right answer in the small test set, the share above chance, 10^-L, in the large one.

    Above chance: by a one-sided exact binomial test at 5 %. Were they all at chance, 5 % would pass it; the prediction
    asks for a share beyond that. Points of models that get a digit right less often than a
    random digit (p <= 0.1) are left out: no test set can show them above chance.
    """
    small, large = sizes
    counts = [(cell.is_match[p > 0.1, :small].sum(axis=1), cell.is_match[p > 0.1].sum(axis=1)) for cell in cells]
    none_right = np.concatenate([few == 0 for few, _ in counts])
    above = np.concatenate(
        [
            stats.binom.sf(many - 1, large, 10.0**-cell.length) < 1 - LEVEL
            for cell, (_, many) in zip(cells, counts, strict=True)
        ]
    )
    name = f"of points without a right answer at n = {small}, share above chance"
    estimate = _share(int((none_right & above).sum()), int(none_right.sum()), comparisons)
    return _within((2, operation, name, large, comparisons), estimate, 1 - LEVEL, 1)


def _share(part: int, whole: int, comparisons: int) -> Estimate:
    """A share with its exact (Clopper-Pearson) interval; of nothing, any share at all."""
    if whole == 0:
        return Estimate(np.nan, 0.0, 1.0)
    return Estimate(part / whole, *proportion_confint(part, whole, (1 - LEVEL) / comparisons, method="beta"))


def _accuracy_fit(cells: Sequence[Cell], setup: Setup, comparisons: int) -> tuple[Estimate, Estimate]:
    """Binomial fit of log(-log accuracy) on log N and log L; the model says slopes alpha and 1."""
    scales = len(setup.params)
    n = max(setup.n_tests)
    right = np.concatenate([cell.is_match.sum(axis=1) for cell in cells])
    log_params = np.tile(np.log(setup.params), len(cells))
    log_length = np.repeat(np.log([cell.length for cell in cells]), scales)
    design = np.column_stack([np.ones_like(log_params), log_params, log_length])
    fit = _log_log_fit(np.column_stack([right, n - right]), design, comparisons)
    return fit[1], fit[2]


# 3: the length of the target


def _length(operation: str, cells: Sequence[Cell], setup: Setup) -> Iterator[Row]:
    n = max(setup.n_tests)
    lengths = np.array([cell.length for cell in cells], dtype=float)
    right = np.array([cell.is_match.sum(axis=1) for cell in cells])
    p = setup.digit_probability()
    # A slope needs right answers at two lengths.
    fitted = [scale for scale in range(len(p)) if np.count_nonzero(right[:, scale]) >= 2]
    comparisons = len(OPERATIONS) * (len(fitted) + len(p))
    for scale in fitted:
        name = f"slope of log accuracy on length at {setup.params[scale]:.3g} parameters"
        slope = _log_slope(right[:, scale], n, lengths, comparisons)
        yield _equal((3, operation, name, n, comparisons), slope, float(np.log(p[scale])))
    departures = [_departure([cell.distance[scale] for cell in cells], lengths, comparisons) for scale in range(len(p))]
    largest = max(departures, key=lambda estimate: max(-estimate.low, estimate.high))
    key = (3, operation, "largest departure of edit distance from proportion to length", n, comparisons)
    yield _within(key, largest, -LINEAR_BOUND, LINEAR_BOUND)


def _log_slope(right: Array, n: int, lengths: Array, comparisons: int) -> Estimate:
    """Slope of log accuracy on length, with an intercept: binomial with link log."""
    counts = np.column_stack([right, n - right])
    # From the line through the logarithms, half an answer added to each count; from elsewhere the fit may leave (0, 1).
    slope, level = np.polyfit(lengths, np.log((right + 0.5) / (n + 1)), 1)
    with warnings.catch_warnings():
        # The link admits shares over 1, which none of these fits comes near.
        warnings.simplefilter("ignore", DomainWarning)
        model = GLM(counts, add_constant(lengths), family=Binomial(link=links.Log()))
    fit = model.fit(start_params=[min(level, -slope), slope], tol=TOLERANCE)
    return _normal(fit.params[1], fit.bse[1], comparisons)


def _departure(distances: Sequence[np.ndarray], lengths: Array, comparisons: int) -> Estimate:
    """How far the mean edit distance is from s L at the longest target, as a share of s L.

    Weighted least squares of the distance per digit, d / L = s (1 + h (L - 1) / (max L - 1)); h is the departure, its
    error by the delta method.
    """
    per_digit = np.array([own.mean() for own in distances]) / lengths
    errors = np.array([stats.sem(own) for own in distances]) / lengths
    design = add_constant((lengths - 1) / (lengths.max() - 1))
    fit = WLS(per_digit, design, weights=errors**-2.0).fit(cov_type="fixed scale")
    level, rise = fit.params
    gradient = np.array([-rise / level**2, 1 / level])
    return _normal(rise / level, float(np.sqrt(gradient @ fit.cov_params() @ gradient)), comparisons)


def _log_log_fit(counts: Array, design: Array, comparisons: int) -> list[Estimate]:
    """Binomial fit of log(-log share); statsmodels' link is its negative."""
    fit = GLM(counts, design, family=Binomial(link=links.LogLog())).fit(tol=TOLERANCE)
    return [_normal(-value, error, comparisons) for value, error in zip(fit.params, fit.bse, strict=True)]


def _normal(value: float, error: float, comparisons: int) -> Estimate:
    reach = stats.norm.isf((1 - LEVEL) / 2 / comparisons) * error
    return Estimate(float(value), float(value - reach), float(value + reach))
