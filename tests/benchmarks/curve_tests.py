"""How fast curves are tested: all at once beside one at a time, and whether time grows with the number of curves."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

import numpy as np
import statsmodels.api as sm
from scipy import stats
from tqdm import tqdm

from pipeline.sharpness import draws
from pipeline.sharpness.boot import Design, boot_chunk
from pipeline.sharpness.model import Floats, probability

SEED = 20230430
SCALES, ITEMS, REPLICATES = 12, 50, 1_000
LOOPED_CURVES, LOOPED_REPLICATES = 2, 20
CURVES = (1_000, 10_000, 100_000)
BATCH, REPETITIONS = 128, 3


class Measurement(NamedTuple):
    """A way to test curves: replicates a second, each of five tests; `times_loop` beside the loop over curves."""

    name: str
    curves: int
    replicates: int
    seconds: float
    replicates_a_second: float
    times_loop: float


def made_up(curves: int, seed: int = SEED) -> tuple[Floats, Floats, Design]:
    """Counts of smooth curves over twelve scales, fifty items each."""
    rng = np.random.default_rng(seed)
    x = np.tile(np.linspace(-5.5, 5.5, SCALES), (curves, 1))
    eta = rng.uniform(-1, 1.5, (curves, 1)) - rng.uniform(0.02, 0.3, (curves, 1)) * x
    counts = rng.binomial(ITEMS, probability(eta, np.zeros((curves, 1)))).astype(float)
    design = Design(x, np.zeros(curves), np.full(curves, 0.01), np.full(curves, -0.25))
    return counts, np.full(curves, float(ITEMS)), design


def all_at_once(curves: int, replicates: int) -> None:
    """The five score tests as the pipeline runs them, in one process."""
    counts, n, design = made_up(curves)
    for number, first in enumerate(range(0, curves, BATCH)):
        rows = slice(first, first + BATCH)
        part = Design(*(values[rows] for values in design))
        boot_chunk(counts[rows], n[rows], part, (replicates,), np.random.SeedSequence([SEED, number]))


def one_by_one(curves: int, replicates: int) -> None:
    """The same four null worlds with statsmodels: draw, refit, take the score of what was left out, curve by curve."""
    counts, n, design = made_up(curves)
    rng = np.random.default_rng(SEED)
    for count, items, x, rho in zip(counts, n, design.log_scale, design.rho, strict=True):
        for null, added in _null_designs(x):
            fitted = _loop_fit(count, items, null).fittedvalues
            for _ in range(replicates):
                mass = draws.distribution(np.asarray(fitted), int(items), np.full(len(x), rho))
                drawn = draws.draw(rng, np.cumsum(mass, axis=1), 1)[:, 0]
                _loop_t(drawn, items, null, added)


def _null_designs(x: Floats) -> list[tuple[Floats, Floats]]:
    ones = np.ones_like(x)
    steps = np.stack([(np.arange(len(x)) >= place).astype(float) for place in range(1, len(x))], axis=1)
    return [
        (np.stack([ones, x], axis=1), x[:, None] ** 2),
        (ones[:, None], x[:, None]),
        (ones[:, None], x[:, None]),
        (np.stack([ones, x, x**2], axis=1), steps),
    ]


def _loop_fit(count: Floats, items: float, null: Floats) -> "sm.genmod.generalized_linear_model.GLMResults":
    # log(-log p) of right answers is the complementary log-log of wrong ones, turned round.
    family = sm.families.Binomial(link=sm.families.links.LogLog())
    return sm.GLM(np.stack([count, items - count], axis=1), -null, family=family).fit()


def _loop_t(count: Floats, items: float, null: Floats, added: Floats) -> float:
    found = _loop_fit(count, items, null)
    best = -np.inf
    for column in added.T:
        best = max(best, found.model.score_test(found.params, exog_extra=column[:, None])[0][0])
    return float(stats.chi2.sf(best, 1))


def measure() -> list[Measurement]:
    """The loop over curves, the tests of 1,000 to 100,000 curves with few replicates, and 1,000 replicates a curve."""
    slow = _median_seconds(lambda: one_by_one(LOOPED_CURVES, LOOPED_REPLICATES))
    pace = LOOPED_CURVES * LOOPED_REPLICATES / slow
    found = [Measurement("statsmodels, a loop over curves", LOOPED_CURVES, LOOPED_REPLICATES, slow, pace, 1.0)]
    cases = [(1_000, REPLICATES), *((curves, 20) for curves in CURVES)]
    for curves, replicates in tqdm(cases, desc="tests of curves", delay=1, leave=False, disable=None):
        repetitions = 1 if curves > 10_000 else REPETITIONS
        seconds = _median_seconds(partial(all_at_once, curves, replicates), repetitions)
        own = curves * replicates / seconds
        found.append(Measurement("all curves at once", curves, replicates, seconds, own, own / pace))
    return found


def _median_seconds(call: Callable[[], None], repetitions: int = REPETITIONS) -> float:
    times = []
    for _ in range(repetitions):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return median(times)


def show(measurements: list[Measurement]) -> str:
    """The measurements as a table of text; microseconds a curve tell whether the time is linear in curves."""
    head = f"{'way':<34}{'curves':>9}{'replicates':>12}{'seconds':>9}{'replicates/s':>14}"
    head += f"{'us a curve':>12}{'x loop':>9}"
    lines = [
        f"{m.name:<34}{m.curves:>9,}{m.replicates:>12,}{m.seconds:>9.2f}{m.replicates_a_second:>14,.0f}"
        f"{1e6 * m.seconds / m.curves:>12,.0f}{m.times_loop:>9,.0f}"
        for m in measurements
    ]
    return "\n".join([head, *lines])
