"""`make calibrate`: how often each test rejects in scenarios whose truth is known.

Every scenario takes real curves with their own n, scales and chance levels, replaces their counts by draws, and sends
them through everything that real curves go through, pooling included. A test holds its level where, with `condition`
informative, it rejects 4 to 6 % of curves in the smooth scenarios. In scenarios with a jump the share is power.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from pipeline import sources
from pipeline.core import database, freshness
from pipeline.core.errors import PipelineError
from pipeline.core.sample_sizes import CLASSES, class_of
from pipeline.core.settings import Settings
from pipeline.curve_tests import beta_binomial, parts, plan, source
from pipeline.curve_tests.boot import PAPER_SLOPE, TESTS
from pipeline.curve_tests.fit import fit_intercept, fit_power_law
from pipeline.curve_tests.ladder import fit_curvature
from pipeline.curve_tests.model import Curves, Floats, eta_of, probability

# Curves of each class of n: where a null is true enough to tell 5 % from 4 and 6 over informative curves, of which the
# smallest class has few; elsewhere enough to tell a share from its half.
PerClass = Mapping[str, int]
NULL_CURVES: PerClass = dict(zip(CLASSES, (300, 1_000, 1_000, 1_000), strict=True))
POWER_CURVES: PerClass = dict.fromkeys(CLASSES, 150)
REPLICATES = 1_000
SEED = 20230429
HIGHEST = 0.98
JUMPS = (0.1, 0.2, 0.3, 0.4, 0.5)
MOST_CURVED = 3.0

Truth = Callable[[Curves, np.random.Generator], Floats]


class Scenario(NamedTuple):
    """Name, p at each scale (NaN where a curve has no place in it), correlation of examples, curves per class."""

    name: str
    truth: Truth
    rho: float
    per_class: PerClass = POWER_CURVES


def smooth(curves: Curves, rng: np.random.Generator) -> Floats:  # noqa: ARG001 - one signature for all scenarios
    """The fitted power law of each curve."""
    return probability(fit_power_law(curves).eta, curves.chance[:, None])


def paper_slope(curves: Curves, rng: np.random.Generator) -> Floats:  # noqa: ARG001
    """The edge of the steepness test's null: power laws of the paper's slope."""
    alpha = np.full(len(curves.counts), PAPER_SLOPE)
    return probability(fit_intercept(curves, alpha).eta, curves.chance[:, None])


def curved(curves: Curves, rng: np.random.Generator) -> Floats:
    """The fitted power law with the fitted curvature, at most 3 in eta between centre and end."""
    bend = np.clip(fit_curvature(curves).beta[:, 2], -MOST_CURVED, MOST_CURVED)
    unit = curves.x / np.abs(curves.x).max(axis=1, keepdims=True)
    line = eta_of(smooth(curves, rng), curves.chance[:, None])
    return probability(line + bend[:, None] * (unit**2 - (unit**2).mean(axis=1, keepdims=True)), curves.chance[:, None])


def jump(size: float) -> Truth:
    """The fitted power law with p raised by `size` from a random scale of the upper half on."""

    def truth(curves: Curves, rng: np.random.Generator) -> Floats:
        scales = curves.counts.shape[1]
        place = rng.integers(scales // 2, scales, len(curves.counts))
        p = smooth(curves, rng) + size * (np.arange(scales) >= place[:, None])
        return np.where(p.max(axis=1, keepdims=True) <= HIGHEST, p, np.nan)

    return truth


SCENARIOS = (
    Scenario("smooth", smooth, 0.0, NULL_CURVES),
    Scenario("smooth, rho 0.02", smooth, 0.02, NULL_CURVES),
    Scenario("smooth, rho 0.05", smooth, 0.05, NULL_CURVES),
    Scenario("slope -0.5", paper_slope, 0.0, NULL_CURVES),
    Scenario("slope -0.5, rho 0.02", paper_slope, 0.02, NULL_CURVES),
    Scenario("curvature", curved, 0.0),
    Scenario("curvature, rho 0.02", curved, 0.02),
    *(Scenario(f"jump {size:g}", jump(size), 0.0) for size in JUMPS),
    Scenario("jump 0.3, rho 0.02", jump(0.3), 0.02),
)


def run(settings: Settings) -> list[Path]:
    """Write calibration.csv beside the other tables.

    Raises:
        PipelineError: there is no database, or it holds no scores.
    """
    if not sources.find(settings).has_scores:
        raise PipelineError("calibrate needs scores, and this run has none. Next: set MIRROR= and run `make score`.")
    with database.connect(settings.database, read_only=True) as connection:
        frame = source.read(connection)
    found = calibrate(frame, settings.data / "calibration", workers=os.cpu_count() or 1)
    folder = settings.results() / "tables"
    path = folder / "calibration.csv"
    with duckdb.connect() as connection:
        database.make_table(connection, "calibration", found)
        database.export_csv(connection, "calibration", path)
    keys = freshness.record([path], freshness.code_key("pipeline.curve_tests.calibration"))
    print(f"calibrate {len(found):,} rows; {settings.shown(path)}")
    return [path, keys]


def calibrate(
    frame: pd.DataFrame,
    folder: Path,
    *,
    workers: int,
    scenarios: Sequence[Scenario] = SCENARIOS,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> pd.DataFrame:
    """The rejected shares of every test in every scenario: the columns of calibration.csv.

    Args:
        frame: what `source.read` gives.
        folder: where finished chunks are kept, so that a run that was stopped goes on.
        workers: processes; the results do not depend on them.
        scenarios: what curves are drawn from.
        replicates: draws of each test.
        seed: of everything.
    """
    seeds = np.random.SeedSequence(seed).spawn(len(scenarios) + 1)
    tables = []
    for scenario, own in zip(scenarios, seeds, strict=False):
        chosen = choose(frame, scenario.per_class, np.random.default_rng(seeds[-1]))
        drawn = simulate(chosen, scenario, np.random.default_rng(own))
        planned = plan.plan(drawn, seed=int(own.generate_state(1)[0]))
        found = parts.run(planned, (replicates,), folder, workers=workers, progress=scenario.name)
        rejected = shares(drawn.join(found.drop(columns="is_informative")))
        tables.append(rejected.assign(scenario=scenario.name, replicates=replicates))
    columns = ["scenario", "test", "n_test_class", "condition", "curves", "replicates", "rejected_share", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns]


def choose(frame: pd.DataFrame, per_class: PerClass, rng: np.random.Generator) -> pd.DataFrame:
    """At most so many testable proportions of each n class, the same for the same generator."""
    testable = frame[frame["set_aside"].isna() & (frame["basis"] == "binomial")]
    return pd.concat(
        [
            part.loc[np.sort(rng.choice(part.index.to_numpy(), min(per_class[str(name)], len(part)), replace=False))]
            for name, part in testable.groupby(class_of(testable["n_test"]), sort=True)
        ]
    ).sort_index()


def simulate(frame: pd.DataFrame, scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    """The same curves with scores drawn from a scenario; curves that this leaves flat are set aside."""
    found = []
    for _, part in frame.groupby("n_scales", sort=True):
        curves = source.arrays(part)
        truth = scenario.truth(curves, rng)
        counts = np.full_like(curves.counts, np.nan)
        for row in np.flatnonzero(np.isfinite(truth).all(axis=1)):
            mass = beta_binomial.distribution(truth[row], int(curves.n[row, 0]), np.full(truth.shape[1], scenario.rho))
            counts[row] = beta_binomial.draw(rng, np.cumsum(mass, axis=1), 1)[:, 0]
        informed = ((curves.n * truth * (1 - truth)) >= 1).sum(axis=1) >= 2
        found.append(part.assign(scores=list(counts / curves.n), is_informative=informed))
    drawn = pd.concat(found).sort_index()
    flat = [not np.ptp(scores) > 0 for scores in drawn["scores"]]
    return drawn[~np.array(flat)]


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """The share of curves that each test rejects at 5 %, with Wilson's 95 % interval, by n class and over all."""
    outcomes = outcomes_of(table)
    n_test_class = class_of(table["n_test"])
    rows = []
    for condition, kept in (("all", np.ones(len(table), bool)), ("informative", table["is_informative"].to_numpy())):
        for name in ("all", *CLASSES):
            there = kept & (np.ones(len(table), bool) if name == "all" else (n_test_class == name).to_numpy())
            for test, outcome in outcomes.items():
                known = outcome[there].dropna()
                if len(known):
                    low, high = proportion_confint(known.sum(), len(known), method="wilson")
                    rows.append((test, name, condition, len(known), known.mean(), low, high))
    return pd.DataFrame(rows, columns=["test", "n_test_class", "condition", "curves", "rejected_share", "low", "high"])


def outcomes_of(table: pd.DataFrame) -> dict[str, pd.Series]:
    """1 where a test rejects at 5 %, 0 where not, null where it was not made.

    `jump` rejects where score test and likelihood ratio agree; `without_*` where the 95 % interval misses the held-out
    score; `surprise_*` where the score is higher than foreseen; `excluded_*` where a jump so large is excluded, which
    in a scenario with such a jump should be rare.
    """
    found = {test: _rejects(table[f"{test}_p"]) for test in TESTS}
    agree = (table["break_p"] < 0.05) & (table["break_lr_p"] < 0.05)
    found["jump"] = agree.astype(float).where(table["break_p"].notna())
    for without in ("without_1", "without_2"):
        found[without] = 1 - table[f"{without}_covered"]
        found[without.replace("without", "surprise")] = _rejects(table[f"{without}_surprise"])
    for size in (10, 20):
        found[f"excluded_{size}"] = table[f"jump_excluded_{size}"]
    return found


def _rejects(p: pd.Series) -> pd.Series:
    return (p < 0.05).astype(float).where(p.notna())
