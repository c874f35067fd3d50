"""Everything that is said of one chunk of curves: fits, tests, predictions, bounds. Arrays in, named columns out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from pipeline.curve_tests.boot import Design, boot_chunk, null_models
from pipeline.curve_tests.bounds import jump_excluded
from pipeline.curve_tests.fit import PowerLaw, fit_power_law
from pipeline.curve_tests.gaussian import gaussian_tests
from pipeline.curve_tests.ladder import Ladder, fit_ladder
from pipeline.curve_tests.likelihood_ratio import likelihood_ratio_test
from pipeline.curve_tests.model import Curves, Floats, centred, deviance, probability
from pipeline.curve_tests.predict import Prediction, predict, predict_gaussian
from pipeline.curve_tests.resolution import zeros

Column = np.ndarray
SMALL = 0.05
JUMPS = (0.1, 0.2)
SLOPES, SLOPE_GATE = ("steep", "steeper"), 0.25
CHANCE_SHARES = (0.0, 0.25, 0.5, 0.75)


class Chunk(NamedTuple):
    """Curves with the same number of scales and basis; for a Gaussian basis `counts` holds scores and `n` is one."""

    counts: Floats
    n: Floats
    design: Design
    is_gaussian: bool
    seed: np.random.SeedSequence


def evaluate(chunk: Chunk, reps: Sequence[int]) -> dict[str, Column]:
    """The columns of curve_tests for one chunk, (curves,) each; expected_counts is (curves, scales)."""
    if chunk.is_gaussian:
        return _evaluate_gaussian(chunk)
    examples = np.repeat(np.asarray(chunk.n, float)[:, None], chunk.counts.shape[1], axis=1)
    curves = Curves(chunk.counts, examples, centred(chunk.design.log_scale), chunk.design.chance)
    line, ladder = fit_power_law(curves), fit_ladder(curves)
    seen = zeros(curves, line.eta, chunk.design.rho)
    fitted = fit_columns(curves, line, ladder) | {
        "rho": chunk.design.rho,
        "slope_edge": chunk.design.edge,
        "is_informative": informative(curves, line),
        "expected_counts": seen.expected_counts,
    }
    tested = _test_columns(chunk, curves, ladder, reps) | {
        "zeros": seen.seen,
        "zeros_expected": seen.expected,
        "zeros_p": seen.p,
    }
    is_below = fitted["status"] == "below_chance"
    # The model cannot give a score below chance: its tests would test that and nothing else.
    return fitted | {name: np.where(is_below, np.nan, column) for name, column in tested.items()}


def _test_columns(chunk: Chunk, curves: Curves, ladder: Ladder, reps: Sequence[int]) -> dict[str, Column]:
    """What the tests, the predictions and the bounds say of a chunk of proportions."""
    boot_seed, ratio_seed = (child(chunk.seed, number) for number in range(2))
    columns = boot_chunk(chunk.counts, chunk.n, chunk.design, reps, boot_seed)
    columns |= _ratio_columns(curves, chunk.design, columns, ratio_seed, reps[-1])
    columns |= _prediction_columns(*(predict(curves, held_out, chunk.design.rho) for held_out in (1, 2)))
    return columns | {
        f"jump_excluded_{round(100 * size)}": jump_excluded(curves, ladder.curvature, size).astype(float)
        for size in JUMPS
    }


def child(seed: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    """A stream of its own; unlike `seed.spawn`, which counts its calls, the same one every time."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number))


def fit_columns(curves: Curves, line: PowerLaw, ladder: Ladder) -> dict[str, Column]:
    """What was fitted: parameters, deviances of the ladder, dispersion, status, and the run with chance left free."""
    scales = curves.counts.shape[1]
    root = np.sqrt(np.maximum(1.0, line.dispersion))
    g_free, alpha_free, deviance_free = free_chance(curves, line)
    return {
        "status": status(curves, line),
        "intercept": line.intercept,
        "alpha": line.alpha,
        "intercept_se": line.intercept_se * root,
        "alpha_se": line.alpha_se * root,
        "deviance": line.deviance,
        "degrees_of_freedom": np.full(len(root), scales - 2.0),
        "dispersion": line.dispersion,
        "constant_deviance": ladder.constant,
        "curvature_deviance": ladder.curvature.deviance,
        "monotone_deviance": ladder.monotone,
        "step_deviance": ladder.step.deviance,
        "step_at": ladder.step_at + 1,
        "chance_free": g_free,
        "alpha_chance_free": alpha_free,
        "deviance_chance_free": deviance_free,
    }


def informative(curves: Curves, line: PowerLaw) -> Floats:
    """1 where n p (1 - p) of the fit is at least 1 at two or more scales: elsewhere no test of shape can say much."""
    p = probability(line.eta, curves.chance[:, None])
    return np.asarray((curves.n * p * (1 - p) >= 1).sum(axis=1) >= 2, float)


def status(curves: Curves, line: PowerLaw) -> Column:
    """fitted, or the first that applies: below_chance, at_chance, separated.

    below_chance: some scale's count is too low for chance (binomial, 5 % over all scales of the curve). at_chance:
    chance alone fits as well (deviance within 5.99 of the power law's, dispersion allowed for), so that alpha has
    no meaning. separated: the likelihood grows with |alpha| without end. `flat`, `too_few_scales` and `no_n` are
    told before anything is fitted.
    """
    chance = curves.chance[:, None]
    scales = curves.counts.shape[1]
    lowest = stats.binom.cdf(curves.counts, curves.n, chance).min(axis=1)
    is_below = (curves.chance > 0) & (lowest < SMALL / scales)
    excess = deviance(curves.counts, curves.n, np.maximum(chance, 1e-300)) - line.deviance
    is_at = (curves.chance > 0) & (excess < stats.chi2.ppf(1 - SMALL, 2) * np.maximum(1.0, line.dispersion))
    return np.select(
        [is_below, is_at, line.is_separated], ["below_chance", "at_chance", "separated"], default="fitted"
    ).astype(object)


def free_chance(curves: Curves, line: PowerLaw) -> tuple[Floats, Floats, Floats]:
    """The sensitivity run: the best of g, 3/4, 1/2, 1/4 of g, and none: that chance level, alpha, deviance."""
    level, alpha, found = curves.chance.copy(), line.alpha.copy(), line.deviance.copy()
    rows = np.flatnonzero(curves.chance > 0)
    for share in CHANCE_SHARES if len(rows) else ():
        part = curves.take(rows)._replace(chance=curves.chance[rows] * share)
        tried = fit_power_law(part)
        better = tried.deviance < found[rows] - 1e-9
        level[rows[better]] = part.chance[better]
        alpha[rows[better]], found[rows[better]] = tried.alpha[better], tried.deviance[better]
    return level, alpha, found


def _ratio_columns(
    curves: Curves, design: Design, found: dict[str, Column], seed: np.random.SeedSequence, limit: int
) -> dict[str, Column]:
    """Likelihood-ratio p where the score test's is small, null elsewhere.

    For the slope the ratio takes the score test's place where that is below 25 %, and `<test>_score_p` keeps it: a
    curve has to pass both, so that the level can only fall. Curvature and break keep both p values beside each other.
    """
    rng = np.random.default_rng(seed)
    columns: dict[str, Column] = {}
    for names, null, _ in null_models(curves, design.edge):
        test = names[0]
        score_p, is_slope = found[f"{test}_p"], test in SLOPES
        p = np.full(len(score_p), np.nan)
        rows = np.flatnonzero(score_p < (SLOPE_GATE if is_slope else SMALL))
        if len(rows):
            tally = likelihood_ratio_test(test, curves.take(rows), null.take(rows), design.rho[rows], rng, limit=limit)
            p[rows] = tally.p
        if is_slope:
            columns |= {f"{test}_score_p": score_p, f"{test}_p": np.where(np.isnan(p), score_p, p)}
        else:
            columns[f"{test}_lr_p"] = p
    return columns


def _prediction_columns(without_1: list[Prediction], without_2: list[Prediction]) -> dict[str, Column]:
    named = {"without_1": without_1[0], "without_2": without_2[1], "without_2_second": without_2[0]}
    return {f"{name}_{field}": value for name, found in named.items() for field, value in found._asdict().items()}


def _evaluate_gaussian(chunk: Chunk) -> dict[str, Column]:
    y, x = chunk.counts, centred(chunk.design.log_scale)
    predictions = (predict_gaussian(y, x, held_out) for held_out in (1, 2))
    columns = gaussian_tests(y, x, chunk.seed)
    return {"status": np.full(len(y), "fitted", dtype=object)} | columns | _prediction_columns(*predictions)
