"""How fast curves are tested: all at once beside one at a time, and whether time grows with the number of curves."""

from functools import partial

import numpy as np
import statsmodels.api as sm
from scipy import stats

from pipeline.core.settings import Settings
from pipeline.curve_tests import beta_binomial
from pipeline.curve_tests.boot import Design, boot_chunk
from pipeline.curve_tests.model import Floats, probability
from tests.benchmarks import timing

SEED = 20230430
SCALES, EXAMPLES, REPLICATES = 12, 50, 1_000
LOOPED_CURVES, LOOPED_REPLICATES = 2, 20
CURVES = (1_000, 10_000, 100_000)
BATCH, ROUNDS = 128, 3


def made_up(curves: int, seed: int = SEED) -> tuple[Floats, Floats, Design]:
    """Counts of smooth curves over twelve scales, fifty examples each."""
    rng = np.random.default_rng(seed)
    x = np.tile(np.linspace(-5.5, 5.5, SCALES), (curves, 1))
    eta = rng.uniform(-1, 1.5, (curves, 1)) - rng.uniform(0.02, 0.3, (curves, 1)) * x
    counts = rng.binomial(EXAMPLES, probability(eta, np.zeros((curves, 1)))).astype(float)
    design = Design(x, np.zeros(curves), np.full(curves, 0.01), np.full(curves, -0.25))
    return counts, np.full(curves, float(EXAMPLES)), design


def all_at_once(curves: int, replicates: int) -> None:
    """The five score tests as the pipeline runs them, in one process."""
    counts, n, design = made_up(curves)
    for number, first in enumerate(range(0, curves, BATCH)):
        rows = slice(first, first + BATCH)
        part = Design(*(values[rows] for values in design))
        boot_chunk(counts[rows], n[rows], part, (replicates,), np.random.SeedSequence([SEED, number]))


def one_by_one(curves: int, replicates: int) -> None:
    """The same four null models with statsmodels: draw, refit, take the score of what was left out, curve by curve."""
    counts, n, design = made_up(curves)
    rng = np.random.default_rng(SEED)
    for count, examples, x, rho in zip(counts, n, design.log_scale, design.rho, strict=True):
        for null, added in null_designs(x):
            fitted = loop_fit(count, examples, null).fittedvalues
            for _ in range(replicates):
                mass = beta_binomial.distribution(np.asarray(fitted), int(examples), np.full(len(x), rho))
                drawn = beta_binomial.draw(rng, np.cumsum(mass, axis=1), 1)[:, 0]
                loop_t(drawn, examples, null, added)


def null_designs(x: Floats) -> list[tuple[Floats, Floats]]:
    """Of each test: the columns of its null model, and those of what it adds."""
    ones = np.ones_like(x)
    steps = np.stack([(np.arange(len(x)) >= place).astype(float) for place in range(1, len(x))], axis=1)
    return [
        (np.stack([ones, x], axis=1), x[:, None] ** 2),
        (ones[:, None], x[:, None]),
        (ones[:, None], x[:, None]),
        (np.stack([ones, x, x**2], axis=1), steps),
    ]


def loop_fit(count: Floats, examples: float, null: Floats) -> "sm.genmod.generalized_linear_model.GLMResults":
    """The power law of one curve, fitted by statsmodels."""
    # log(-log p) of right answers is the complementary log-log of wrong ones, turned round.
    family = sm.families.Binomial(link=sm.families.links.LogLog())
    return sm.GLM(np.stack([count, examples - count], axis=1), -null, family=family).fit()


def loop_t(count: Floats, examples: float, null: Floats, added: Floats) -> float:
    """The smallest p of the score tests of the added columns."""
    found = loop_fit(count, examples, null)
    best = -np.inf
    for column in added.T:
        best = max(best, found.model.score_test(found.params, exog_extra=column[:, None])[0][0])
    return float(stats.chi2.sf(best, 1))


def run(_: Settings) -> None:
    """Print the loop over curves, the tests of 1,000 to 100,000 curves with few draws, and 1,000 draws of each curve.

    Microseconds per curve tell whether the time is linear in curves.
    """
    slow = timing.median_seconds(partial(one_by_one, LOOPED_CURVES, LOOPED_REPLICATES), ROUNDS)
    pace = LOOPED_CURVES * LOOPED_REPLICATES / slow
    rows = [_row("statsmodels, a loop over curves", LOOPED_CURVES, LOOPED_REPLICATES, slow, pace)]
    for curves, replicates in ((1_000, REPLICATES), *((curves, 20) for curves in CURVES)):
        work = partial(all_at_once, curves, replicates)
        seconds = timing.timed(work) if curves > 10_000 else timing.median_seconds(work, ROUNDS)
        rows.append(_row("all curves at once", curves, replicates, seconds, pace))
    header = ("way", "curves", "replicates", "seconds", "replicates/s", "us per curve", "x loop")
    timing.print_table("Tests of curves, five of each, in one process", header, rows)


def _row(name: str, curves: int, replicates: int, seconds: float, pace: float) -> tuple[str, ...]:
    own = curves * replicates / seconds
    numbers = (f"{curves:,}", f"{replicates:,}", f"{seconds:.2f}", f"{own:,.0f}")
    return (name, *numbers, f"{1e6 * seconds / curves:,.0f}", f"{own / pace:,.0f}")
