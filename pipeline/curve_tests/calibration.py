"""`make calibrate`: how often each test rejects, and how often E exceeds its threshold, where the truth is known.

Real curves, with their own n, scales and chance levels, get counts drawn in a scenario and go through everything that
real curves go through, the pooling of rho included. In the smooth scenarios of sql/seeds/scenarios.csv a test at 5 %
should reject 5 % of the curves on which it can reject. In scenarios with a planted jump the share is power.

Late gains are counted besides over all tested curves, as in the real table: after correction, how many does each smooth
scenario give, and at which family?
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from pipeline import sources
from pipeline.core import database, freshness, parallel
from pipeline.core.emergence import emergence_score, is_emergent
from pipeline.core.errors import PipelineError
from pipeline.core.freshness import code_key
from pipeline.core.parallel import Part, Work
from pipeline.core.sample_sizes import CLASSES
from pipeline.core.settings import DEFAULT_THRESHOLD, Settings
from pipeline.curve_tests import parts, plan, scenarios, source, worlds
from pipeline.curve_tests.evaluate import Chunk, excluded
from pipeline.curve_tests.jumps import SIZES
from pipeline.curve_tests.likelihood import Floats
from pipeline.curve_tests.plan import Planned
from pipeline.curve_tests.ratios import MOST
from pipeline.curve_tests.scenarios import Nature, Scenario
from pipeline.curve_tests.stage import adopted
from pipeline.curve_tests.table import LEVEL, P_VALUES, SIDES, adjusted, rejects
from pipeline.curve_tests.worlds import Smooth

SEED = 20230429
# Of each class of n_test: enough to tell 5 % from 3 and 7 in smooth scenarios, a share from its half elsewhere.
SMOOTH_CURVES, JUMP_CURVES = 400, 100
JUMPS = (0.1, 0.2, 0.3, 0.4, 0.5)
PLACES = ("upper half", "last")
HIGHEST = 0.98
BAND = (0.04, 0.06)
COPY, ORIGINAL = "BIG-G T=1", "BIG-G T=0"
# What decides the tables besides the scores: modules, and SQL.
MADE_BY = (
    "pipeline.curve_tests.calibration",
    "sql/seeds/conventions.csv",
    "sql/seeds/scenarios.csv",
    "sql/curves/testable_curves.sql",
)
INDEPENDENT, COMBINED = "independent examples", "combined"


class Truth(NamedTuple):
    """What counts are drawn from: a scenario, and a jump planted before a random scale of the upper half, or the last.

    Attributes:
        name: of the scenario, with the jump.
        scenario: what is drawn without the jump.
        jump: its size in p, 0 for none.
        place: one of PLACES.
    """

    name: str
    scenario: Scenario
    jump: float = 0.0
    place: str = ""


def truths() -> list[Truth]:
    """The smooth scenarios, and jumps of five sizes and two places in the plainest of them and in the combined one."""
    known = scenarios.read()
    planted = [one for one in known if one.name in {INDEPENDENT, COMBINED}]
    jumps = [
        Truth(f"{one.name}, jump {size:g}, {place}", one, size, place)
        for one in planted
        for place in PLACES
        for size in JUMPS
    ]
    return [Truth(one.name, one) for one in known] + jumps


@parallel.kept_processes()
def run(settings: Settings) -> list[Path]:
    """Write calibration.csv and late_gain_scenarios.csv beside the other tables.

    Raises:
        PipelineError: there is no database, or it holds no scores.
    """
    if not sources.find(settings).has_scores:
        raise PipelineError("calibrate needs scores, and this run has none. Next: set MIRROR= and run `make score`.")
    with database.connect(settings.database, read_only=True) as connection:
        frame = source.read(connection)
        tests, strata = adopted(connection)
        conventions = connection.execute("from seed_conventions order by convention").df()
    work = Work(settings.data / "calibration", os.cpu_count() or 1, settings.scheduler)
    proportions = worlds.tested(frame, tests)
    found = {
        "calibration": calibrate(proportions, strata, conventions, work),
        "late_gain_scenarios": late_gains(proportions, strata, work),
    }
    folder = settings.results() / "tables"
    products = database.export_frames(found, folder)
    keys = freshness.record(products, freshness.code_key(*MADE_BY))
    print(f"calibrate {len(found['calibration']):,} rows; {', '.join(settings.shown(path) for path in products)}")
    return [*products, keys]


def calibrate(
    proportions: pd.DataFrame,
    strata: pd.DataFrame,
    conventions: pd.DataFrame,
    work: Work,
    *,
    chosen: Sequence[Truth] = (),
    smooth_curves: int = SMOOTH_CURVES,
    jump_curves: int = JUMP_CURVES,
) -> pd.DataFrame:
    """The rejected shares of every test under every truth: the columns of calibration.csv.

    Args:
        proportions: what `worlds.tested` gives.
        strata: what `estimates.estimate` gives.
        conventions: `convention`, `is_absolute`, `keeps_infinite`.
        work: how it is done; results do not depend on it.
        chosen: the truths; all where there are none.
        smooth_curves: at most this many curves of each class of n_test, under truths where nothing is planted.
        jump_curves: the same, under truths where a jump is planted.
    """
    every = list(chosen or truths())
    some = [choose(proportions, jump_curves if truth.jump else smooth_curves) for truth in every]
    tested = _tested(some, strata, every, work, most=MOST, name="calibrate")
    tables = [
        shares(table, conventions).assign(scenario=truth.scenario.name, jump=truth.jump, place=truth.place)
        for truth, table in zip(every, tested, strict=True)
    ]
    columns = [
        "scenario",
        "jump",
        "place",
        "test",
        "n_test_class",
        "curves",
        "rejected_share",
        "low",
        "high",
        "verdict",
    ]
    return pd.concat(tables, ignore_index=True)[columns]


def _tested(
    frames: Sequence[pd.DataFrame], strata: pd.DataFrame, every: Sequence[Truth], work: Work, *, most: int, name: str
) -> list[pd.DataFrame]:
    """Curves drawn under known truths, and what is said of them: one frame per truth."""
    drawn = simulate(frames, strata, every, work, name)
    testable = [plan.pooled(frame, SEED + number) for number, frame in enumerate(drawn)]
    found = parts.run_each([plan.plan(frame) for frame in testable], work, most=most, progress=name)
    return [frame.join(own.drop(columns="rho")) for frame, own in zip(testable, found, strict=True)]


def choose(proportions: pd.DataFrame, per_class: int) -> pd.DataFrame:
    """At most `per_class` curves of each class of n_test, those with the smallest seeds: as good as at random."""
    return proportions.sort_values("seed").groupby("n_test_class", sort=True).head(per_class).sort_index()


def simulate(
    frames: Sequence[pd.DataFrame], strata: pd.DataFrame, every: Sequence[Truth], work: Work, name: str
) -> list[pd.DataFrame]:
    """The same curves with scores drawn under each truth, less those that are flat or have no room for the jump."""
    made, code = [], code_key("pipeline.curve_tests.calibration")
    for number, (frame, truth) in enumerate(zip(frames, every, strict=True)):
        natures = pd.Series(worlds.natures(frame, strata, truth.scenario), index=frame.index)
        for one in plan.plan(frame):
            own = tuple(natures[one.rows])
            key = hashlib.sha256(f"{parts.name_of(one.chunk, number, code)} {truth} {own}".encode()).hexdigest()
            path = work.folder / f"drawn-{key[:32]}.parquet"
            made.append((number, Part(path, draw_part, (one, truth, own, SEED + number), len(one.rows))))
    todo = [part for _, part in made]
    parallel.ensure(todo, workers=work.workers, scheduler=work.scheduler, label=f"{name}: drawing", unit="curve")
    of_truth = [[part for own, part in made if own == number] for number in range(len(frames))]
    drawn = [parts.read(own).set_index("row")["scores"] for own in of_truth]
    return [_with_scores(frame, scores) for frame, scores in zip(frames, drawn, strict=True)]


def _with_scores(frame: pd.DataFrame, scores: pd.Series) -> pd.DataFrame:
    scores = scores.dropna().sort_index()
    return frame.drop(columns=["fitted", "status"]).loc[scores.index].assign(scores=scores)


def draw_part(planned: Planned, truth: Truth, natures: Sequence[Nature], seed: int) -> pd.DataFrame:
    """One draw of each curve of a chunk: `place` and `scores`, null where there is none."""
    scores = []
    for row, nature in enumerate(natures):
        rng = np.random.default_rng([int(planned.chunk.seed[row]), seed])
        counts = draw_one(planned.chunk, row, truth, nature, rng)
        there = counts is not None and np.ptp(counts) > 0
        scores.append((counts / planned.chunk.n[row]).tolist() if there and counts is not None else None)
    return pd.DataFrame({"place": np.arange(len(scores)), "scores": scores})


def draw_one(chunk: Chunk, row: int, truth: Truth, nature: Nature, rng: np.random.Generator) -> Floats | None:
    """Counts of one curve under a truth; none where its fit leaves no room for the jump."""
    log_scale = chunk.log_scale[row]
    smooth = Smooth.of(worlds.curve_in(chunk, row, truth.scenario), log_scale)
    scales = len(log_scale)
    place = scales - 1 if truth.place == "last" else int(rng.integers(scales // 2, scales))
    lift = np.where(np.arange(scales) >= place, truth.jump, 0.0)
    if truth.jump and smooth.fitted()[place:].max() + truth.jump > HIGHEST:
        return None
    return np.asarray(smooth.draw(nature, rng, 1, lift)[0], float)


def shares(table: pd.DataFrame, conventions: pd.DataFrame) -> pd.DataFrame:
    """The share of curves that each test rejects at 5 %, with Wilson's 95 % interval, by class of n_test and over all.

    `curves` are those on which the test can reject. `jump_excluded_*` counts where that jump is excluded, which should
    be rare where such a jump is planted; `E, <convention>` where E exceeds the threshold.
    """
    outcomes = {test: rejects(table[f"{test}_p"]) for test in P_VALUES}
    outcomes |= {excluded(size): table[excluded(size)].astype(float) for size in SIZES}
    scores = np.array([emergence_score(np.asarray(row, float)) for row in table["scores"]])
    for rule in conventions.itertuples():
        how = {"is_absolute": bool(rule.is_absolute), "keeps_infinite": bool(rule.keeps_infinite)}
        hits = is_emergent(scores, DEFAULT_THRESHOLD, **how).astype(float)
        outcomes[f"E, {rule.convention}"] = pd.Series(hits, index=table.index)
    rows = []
    for name in ("all", *CLASSES):
        there = (table["n_test_class"] == name) | (name == "all")
        for test, outcome in outcomes.items():
            known = outcome[there].dropna()
            if len(known):
                low, high = proportion_confint(known.sum(), len(known), method="wilson")
                told = verdict(known.mean(), low, high) if test in P_VALUES else ""
                rows.append((test, name, len(known), known.mean(), low, high, told))
    return pd.DataFrame(rows, columns=["test", "n_test_class", "curves", "rejected_share", "low", "high", "verdict"])


def verdict(share: float, low: float, high: float) -> str:
    """What a rejected share says of a test at 5 % where nothing is planted.

    `liberal` above 6 % with an interval above 5 %, `conservative` below 4 % with an interval below 5 %, else `holds`.
    """
    least, most = BAND
    if share > most and low > LEVEL:
        return "liberal"
    return "conservative" if share < least and high < LEVEL else "holds"


def without_copies(frame: pd.DataFrame) -> pd.DataFrame:
    """The curves but those of sql/studies/conventions/curve_copies.sql: models at a second temperature."""
    key = ["task", "subtask", "metric", "shots"]
    originals = pd.MultiIndex.from_frame(frame.loc[frame["family"] == ORIGINAL, key])
    return frame[(frame["family"] != COPY) | ~pd.MultiIndex.from_frame(frame[key]).isin(originals)]


def late_gains(proportions: pd.DataFrame, strata: pd.DataFrame, work: Work) -> pd.DataFrame:
    """Curves whose largest model is above, or below, its forecast at q < 5 % in each scenario, copies left out.

    Returns:
        `scenario`, `side`, `family`, `curves` (on which the forecast can be missed), `found`.
    """
    every = [Truth(one.name, one) for one in scenarios.read()]
    proportions = without_copies(proportions)
    tested = _tested([proportions] * len(every), strata, every, work, most=0, name="late gains")
    rows = []
    for truth, table in zip(every, tested, strict=True):
        for side in SIDES:
            p = table[f"without_1_{side}_p"]
            hits = adjusted(p) < LEVEL
            for family, part in table.groupby("family", sort=True):
                own = part.index
                rows.append((truth.name, side, family, int(p[own].notna().sum()), int(hits[own].sum())))
    return pd.DataFrame(rows, columns=["scenario", "side", "family", "curves", "found"])
