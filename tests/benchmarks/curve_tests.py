"""How fast a likelihood ratio is: the compiled kernel beside a plain loop of statsmodels and one of scipy."""

import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from scipy import optimize
from statsmodels.genmod.families import Binomial, links
from statsmodels.genmod.generalized_linear_model import GLM

from pipeline.core.parallel import Work
from pipeline.core.settings import Settings
from pipeline.curve_tests import parts, plan
from pipeline.curve_tests.fitting import Curve, Floats, Integers, fit, fit_smooth
from pipeline.curve_tests.likelihood import POWER_LAW, compiled
from tests.benchmarks import timing

SEED = 20230430
SCALES, EXAMPLES = 12, 50
TRUTH = np.array([0.4, -0.7])
DRAWS, LOOPED_DRAWS = 20_000, 20
ROUNDS = 3
FEW_DRAWS, DEFAULT_CURVES = 20, 10_000


def made_up(draws: int, seed: int = SEED) -> tuple[Integers, Floats]:
    """Draws of a smooth curve of twelve scales and fifty examples; and the columns 1, x, x^2."""
    x = np.linspace(-1, 1, SCALES)
    design = np.stack([np.ones(SCALES), x, x**2], axis=1)
    p = np.exp(-np.exp(design[:, :2] @ TRUTH))
    return np.random.default_rng(seed).binomial(EXAMPLES, p, (draws, SCALES)), design


@compiled
def refitted(counts: Integers, design: Floats, start: Floats, out: Floats) -> None:
    """Twice the gain of curvature in each draw, null and alternative fitted to it, into `out`."""
    line, none = np.ascontiguousarray(design[:, :2]), np.empty((0, 2))
    for row in range(len(out)):
        curve = Curve(counts[row], EXAMPLES, 0.0, 0.0, POWER_LAW, 1.0)
        beta = start.copy()
        null = fit(curve, line, beta, none)
        out[row] = 2 * (fit(curve, design, np.append(beta, 0.0), none) - null)


def by_kernel(counts: Integers, design: Floats) -> Floats:
    """The ratios of the pipeline."""
    start = fit_smooth(Curve(counts[0], EXAMPLES, 0.0, 0.0), np.ascontiguousarray(design[:, :2]), np.empty((0, 2)))[1]
    found = np.empty(len(counts))
    refitted(counts, design, start, found)
    return found


def by_statsmodels(counts: Integers, design: Floats) -> Floats:
    """The same ratios, two regressions for each draw."""
    # log(-log p) of right answers is the complementary log-log of wrong ones.
    family = Binomial(link=links.CLogLog())
    found = []
    for count in counts:
        both = np.stack([EXAMPLES - count, count], axis=1)
        null, curved = (GLM(both, design[:, :columns], family=family).fit(tol=1e-10) for columns in (2, 3))
        found.append(null.deviance - curved.deviance)
    return np.array(found)


def by_scipy(counts: Integers, design: Floats) -> Floats:
    """The same ratios, two minimisations for each draw."""

    def loss(beta: Floats, count: Integers) -> float:
        rate = np.exp(design[:, : len(beta)] @ beta)
        return float((count * rate - (EXAMPLES - count) * np.log(-np.expm1(-rate))).sum())

    found = []
    for count in counts:
        null = optimize.minimize(loss, TRUTH, count, method="BFGS")
        found.append(2 * (null.fun - optimize.minimize(loss, np.append(null.x, 0.0), count, method="BFGS").fun))
    return np.array(found)


def run(_: Settings) -> None:
    """Print the seconds of a likelihood ratio, and by how much the kernel is faster."""
    (many, design), (few, _) = made_up(DRAWS), made_up(LOOPED_DRAWS)
    ways = {
        "statsmodels, a loop over draws": (LOOPED_DRAWS, partial(by_statsmodels, few, design)),
        "scipy, a loop over draws": (LOOPED_DRAWS, partial(by_scipy, few, design)),
        "compiled": (DRAWS, partial(by_kernel, many, design)),
    }
    seconds = timing.medians({name: work for name, (_, work) in ways.items()}, "curve tests", ROUNDS)
    each = {name: seconds[name] / draws for name, (draws, _) in ways.items()}
    rows = [
        (name, f"{draws:,}", f"{1e6 * each[name]:,.1f}", f"{each[name] / each['compiled']:,.0f}")
        for name, (draws, _) in ways.items()
    ]
    header = ("way", "draws", "us per ratio", "x compiled")
    timing.print_table("Likelihood ratio of curvature, null and alternative refitted to a draw", header, rows)
    print_scaling()


def table_of(curves: int) -> pd.DataFrame:
    """Made-up testable curves, as `plan.pooled` gives them."""
    counts, design = made_up(curves)
    frame = pd.DataFrame({"n_test": np.full(curves, float(EXAMPLES)), "chance": 0.0, "rho": 0.0, "n_scales": SCALES})
    scale, nothing = np.exp(8 + 4 * design[:, 1]), np.full(SCALES, np.nan)
    scores = pd.Series(list(counts / EXAMPLES))
    same = {"scale": [scale] * curves, "error": [nothing] * curves}
    return frame.assign(scores=scores, basis="binomial", seed=np.arange(curves, dtype=np.uint64), **same)


def tested(curves: int) -> tuple[float, float]:
    """Seconds of all that is said of so many curves, in a process that does them alone, and its memory in megabytes."""
    planned = plan.plan(table_of(curves))
    parts.to_frame(planned[0], FEW_DRAWS)
    before = timing.peak_megabytes()
    with TemporaryDirectory() as folder:
        seconds = timing.timed(lambda: parts.run(planned, Work(Path(folder)), most=FEW_DRAWS))
    return seconds, timing.peak_megabytes() - before


def print_scaling() -> None:
    """Print how time and memory grow with the number of curves, up to CURVES= (default 10,000)."""
    most = int(os.environ.get("CURVES") or DEFAULT_CURVES)
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= most]
    found = {size: timing.in_own_process(partial(tested, size)) for size in sizes}
    rows = [
        (f"{size:,}", f"{seconds:,.1f}", f"{1e3 * seconds / size:,.2f}", f"{megabytes:,.0f}")
        for size, (seconds, megabytes) in found.items()
    ]
    header = ("curves", "seconds", "ms per curve", "MB more than before")
    timing.print_table(f"All tests of curves of {SCALES} scales, {FEW_DRAWS} draws each, one process", header, rows)
