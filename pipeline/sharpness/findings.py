"""From curve_tests to the benchmark: observed against expected emergence, shares, and what could not be tested.

Everything here is made from tables in the database and takes seconds, so that it follows THRESHOLD; the tests do not.
"""

from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd

from pipeline import database
from pipeline.sharpness import draws, power
from pipeline.sharpness.model import Floats
from pipeline.sharpness.plan import N_CLASSES, SEED
from pipeline.sharpness.score_tests import emergence_score
from pipeline.sharpness.source import KEY

WORLDS_DRAWN, RESAMPLES = 400, 2_000
TABLES = (
    "observed_expected",
    "sharpness_shares",
    "sharpness_by_n",
    "sharpness_published",
    "sharpness_untested",
    "calibration_verdicts",
)
COPY, ORIGINAL = "BIG-G T=1", "BIG-G T=0"
LEVEL = 0.05
JUMPS = (0.1, 0.2, 0.3, 0.4, 0.5)  # of the calibrated worlds
PUBLISHED = (
    *KEY, "basis", "status", "is_tested", "n_scales", "n_test", "emergence_p", "steep_p", "steeper_p", "curvature_p",
    "break_p", "jump", "without_1_surprise",
)  # fmt: skip
# A property and how its p value is named; q where the test has one.
PROPERTIES = {
    "steeper than the paper's slope": "steep",
    "steeper than the benchmark's slopes": "steeper",
    "curved": "curvature",
    "broken": "break",
    "emergence score beyond noise": "emergence",
}
CURVES = """
with

emergent_by as (
    select
        task,
        subtask,
        metric,
        shots,
        family,
        list(reading) filter (where is_emergent) as emergent_under
    from reading_values
    group by all
),

final as (
    select
        curve_tests.*,
        emergent_by.emergent_under,
        seed_annotations.category
    from curve_tests
    left join emergent_by using (task, subtask, metric, shots, family)
    left join seed_annotations using (task)
)

select * from final
order by task, subtask, metric, shots, family
"""


def build(connection: duckdb.DuckDBPyConnection, *, is_published: bool = True) -> None:
    """Make the tables of TABLES from curve_tests, reading_values and the seeds; none without a tested curve.

    Args:
        connection: the database, after `adopt_committed`.
        is_published: whether people's judgements of tasks are about these scores.
    """
    for name in TABLES:
        connection.execute(f"drop table if exists {name}")
    if not has_tests(connection):
        return
    curves = connection.execute(CURVES).df()
    if not is_published:
        curves["category"] = None
    readings = connection.execute("from seed_readings order by reading").df()
    names = list(readings["reading"])
    (threshold,) = connection.execute("select threshold from options").fetchall()[0]
    made = {
        "observed_expected": observed_expected(curves, readings, threshold),
        "sharpness_published": curves.loc[curves["emergent_under"].map(_contains("published")), list(PUBLISHED)],
        "sharpness_untested": untested(curves, names),
    }
    calibration = pd.DataFrame(columns=["world", "test", "n_class", "condition", "rejected_share"])
    if database.has_table(connection, "calibration"):
        calibration = connection.execute("from calibration").df()
        made["calibration_verdicts"] = power.verdicts(calibration)
    made |= {
        "sharpness_shares": shares(curves, names, calibration),
        "sharpness_by_n": by_n(curves, calibration),
    }
    for name, table in made.items():
        connection.register("made", table)
        connection.execute(f"create or replace table {name} as from made")
        connection.unregister("made")


def has_tests(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any curve of the database was tested."""
    return database.has_table(connection, "curve_tests") and bool(
        database.count(connection, "select count(*) from curve_tests where is_tested")
    )


def observed_expected(
    curves: pd.DataFrame, readings: pd.DataFrame, threshold: float, *, worlds: int = WORLDS_DRAWN, seed: int = SEED
) -> pd.DataFrame:
    """How many tested proportions each reading calls emergent, beside how many of the fitted smooth world's.

    Every tested curve is drawn anew from its own power law, `worlds` times, and the draws go through E, its status and
    the readings like scores. `world` is `binomial`, or `overdispersed` with the pooled correlation of items. Low and
    high hold 95 % of the drawn worlds: Monte Carlo noise of the counts given the fits, not of the fits. The fits
    follow the data, noise and all, so that expected counts are too high rather than too low.

    Returns:
        Rows by `world`, `reading`, `metric` and `n_class` (each also `all`): `curves`, `observed`, `expected`, `low`,
        `high`, and `p`, the share of worlds with at least as many, (count + 1) / (worlds + 1).
    """
    tested = curves[curves["is_tested"] & (curves["basis"] == "binomial")].reset_index(drop=True)
    groups = _groups(tested)
    rows = []
    for number, world in enumerate(("binomial", "overdispersed")):
        scores = drawn_scores(tested, overdispersed=world == "overdispersed", worlds=worlds, seed=[seed, number])
        for name, is_absolute, keeps_infinite in zip(
            readings["reading"], readings["is_absolute"], readings["keeps_infinite"], strict=True
        ):
            hits = emergent(scores, threshold, is_absolute=bool(is_absolute), keeps_infinite=bool(keeps_infinite))
            observed = tested["emergent_under"].map(_contains(str(name))).to_numpy()
            for (metric, n_class), kept in groups:
                seen, counts = int(observed[kept].sum()), hits[kept].sum(axis=0)
                low, high = np.quantile(counts, (0.025, 0.975))
                p = ((counts >= seen).sum() + 1) / (worlds + 1)
                rows.append((world, name, metric, n_class, kept.sum(), seen, counts.mean(), low, high, p))
    columns = ["world", "reading", "metric", "n_class", "curves", "observed", "expected", "low", "high", "p"]
    return pd.DataFrame(rows, columns=columns)


def drawn_scores(tested: pd.DataFrame, *, overdispersed: bool, worlds: int, seed: list[int]) -> Floats:
    """E of draws from the fitted smooth world: (curves, worlds), in the order of the table."""
    rng = np.random.default_rng(seed)
    scores = np.empty((len(tested), worlds))
    columns = zip(tested["n_test"], tested["expected_counts"], tested["rho"], strict=True)
    for row, (items, expected, rho) in enumerate(columns):
        n = int(items)
        p = np.asarray(expected, float) / n
        mass = draws.distribution(p, n, np.full(len(p), rho if overdispersed else 0.0))
        scores[row] = emergence_score(draws.draw(rng, np.cumsum(mass, axis=1), worlds)[None])[0]
    return scores


def emergent(scores: Floats, threshold: float, *, is_absolute: bool, keeps_infinite: bool) -> np.ndarray:
    """Whether each E exceeds the threshold under a reading: the rule of sql/30_reading_values.sql, on arrays."""
    values = np.abs(scores) if is_absolute else scores
    return np.asarray((values > threshold) & (np.isfinite(scores) | keeps_infinite))


def _contains(reading: str) -> Callable[[object], bool]:
    return lambda under: isinstance(under, (list, np.ndarray)) and reading in under


def _groups(curves: pd.DataFrame) -> list[tuple[tuple[str, str], np.ndarray]]:
    metrics = ["all", *sorted(curves["metric"].unique())]
    classes = ["all", *curves["n_class"].dropna().unique()]
    found = []
    for metric in metrics:
        for n_class in sorted(classes):
            is_metric = (curves["metric"] == metric) | (metric == "all")
            kept = is_metric & ((curves["n_class"] == n_class) | (n_class == "all"))
            if kept.any():
                found.append(((metric, n_class), kept.to_numpy()))
    return found


def without_copies(curves: pd.DataFrame) -> pd.DataFrame:
    """Tested curves without BIG-G T=1 where BIG-G T=0 was tested too: the two agree on nearly all multiple choices."""
    key = ["task", "subtask", "metric", "shots"]
    originals = curves[(curves["family"] == ORIGINAL) & curves["is_tested"]].set_index(key).index
    is_copy = (curves["family"] == COPY) & pd.MultiIndex.from_frame(curves[key]).isin(originals)
    return curves[curves["is_tested"] & ~is_copy]


def populations(curves: pd.DataFrame, readings: list[str]) -> dict[str, pd.Series]:
    """Which curves: all, those of tasks annotated as emergent, those that each reading calls emergent."""
    everything = pd.Series(data=True, index=curves.index)
    annotated = curves["category"].fillna("").str.startswith("emergent")
    known = {"tasks annotated as emergent": annotated} if annotated.any() else {}
    named = {f"emergent under {reading}": curves["emergent_under"].map(_contains(reading)) for reading in readings}
    return {"all": everything, **known, **named}


def shares(
    curves: pd.DataFrame,
    readings: list[str],
    calibration: pd.DataFrame,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Shares of tested curves that are steep, curved, broken or unforeseen, with intervals by resampling tasks.

    Copies are collapsed. `share` counts curves, `task_share` is the mean over tasks of their shares, so that three
    large tasks do not speak for all. 95 % intervals are percentiles over resampled tasks; where one task holds nearly
    all curves they say so by their width. `level`: `p` at 5 % (a smooth world gives about 5 %), `q` at 5 %, or
    `verdict`, a column of curve_tests as it stands. `null_share` and `power_share` are what calibrated worlds give for
    test sets of the same sizes: a world in which the property's null is true, and one in which it is far from it.
    """
    kept = without_copies(curves)
    outcomes = _outcomes(kept)
    rng = np.random.default_rng(seed)
    metrics = ["all proportions", *sorted(kept["metric"].unique())]
    rows = []
    for population, chosen in populations(kept, readings).items():
        for metric in metrics:
            same = kept["basis"] == "binomial" if metric == "all proportions" else kept["metric"] == metric
            for (name, level), outcome in outcomes.items():
                known = outcome[chosen & same].dropna()
                if len(known):
                    part = kept.loc[known.index]
                    found = _share(known, part["task"], rng, resamples)
                    rows.append((population, metric, name, level, *found, *_strength(part, name, level, calibration)))
    columns = ["population", "metric", "property", "level", "curves", "tasks", "hits", "share", "low", "high"]
    columns += ["task_share", "task_low", "task_high", "null_share", "power_share"]
    return pd.DataFrame(rows, columns=columns)


def _strength(part: pd.DataFrame, name: str, level: str, calibration: pd.DataFrame) -> tuple[float, float]:
    """What worlds give where the property is absent, and where it is strong; NaN for other metrics and q values."""
    found = power.OF_PROPERTY.get(name)
    if found is None or level == "q" or not (part["basis"] == "binomial").all():
        return np.nan, np.nan
    worlds = (found.level, found.power)
    absent, strong = (power.rejected(calibration, part["n_class"], found.test, world) for world in worlds)
    return absent, strong


def by_n(curves: pd.DataFrame, calibration: pd.DataFrame) -> pd.DataFrame:
    """What can be seen of proportions, by the size of test sets, copies collapsed.

    Returns:
        Rows by `n_class`: `curves`, `tasks`; shares that are curved, broken (p at 5 %), that jump, for which a jump
        above 0.1 and 0.2 is excluded; `found_share_0.1` .. `0.5`, the share of true jumps of that size that the break
        test finds in calibrated worlds; and of the prediction of the largest scale: `covered_share`, the median
        `width` of its interval, `wide_share` of intervals wider than half of all scores, `surprise_share`.
    """
    kept = without_copies(curves)
    kept = kept[kept["basis"] == "binomial"]
    rows = []
    for name in N_CLASSES:
        part = kept[kept["n_class"] == name]
        if part.empty:
            continue
        row = {"n_class": name, "curves": len(part), "tasks": part["task"].nunique()}
        row |= {f"{test}_share": (part[f"{test}_p"] < LEVEL).mean() for test in ("curvature", "break")}
        row |= {"jump_share": (part["jump"] == "jump").mean()}
        row |= {f"excluded_{size}_share": part[f"jump_excluded_{size}"].astype(float).mean() for size in (10, 20)}
        for size in JUMPS:
            found = power.rejected(calibration, part["n_class"], "break", f"jump {size:g}")
            row[f"found_share_{size:g}"] = found
        row |= {"covered_share": part["without_1_covered"].astype(float).mean()}
        row |= {"width": part["without_1_width"].median(), "wide_share": (part["without_1_width"] > 0.5).mean()}
        row |= {"surprise_share": (part["without_1_surprise"] < LEVEL).mean()}
        rows.append(row)
    return pd.DataFrame(rows)


def _outcomes(kept: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    found = {}
    for name, test in PROPERTIES.items():
        for level in ("p", "q"):
            values = kept[f"{test}_{level}"]
            found[name, level] = (values < LEVEL).astype(float).where(values.notna())
    verdict = kept["jump"]
    for value in ("jump", "disagree", "hint"):
        found[f"break: {value}", "verdict"] = (verdict == value).astype(float).where(verdict.notna())
    for without in ("without_1", "without_2"):
        surprise, covered = kept[f"{without}_surprise"], kept[f"{without}_covered"]
        is_surprising = (surprise < LEVEL).astype(float).where(surprise.notna())
        found[f"largest scale higher than foreseen, {without}", "p"] = is_surprising
        found[f"largest scale outside its interval, {without}", "verdict"] = 1 - covered.astype("Float64").astype(float)
    for size in (10, 20):
        is_excluded = kept[f"jump_excluded_{size}"].astype("Float64").astype(float)
        found[f"jump above 0.{size // 10} excluded", "verdict"] = is_excluded
    return found


def _share(hits: pd.Series, task: pd.Series, rng: np.random.Generator, resamples: int) -> tuple[float, ...]:
    by_task = hits.groupby(task).agg(["sum", "count"]).to_numpy()
    weights = rng.multinomial(len(by_task), np.full(len(by_task), 1 / len(by_task)), size=resamples)
    drawn = weights @ by_task
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    own = by_task[:, 0] / by_task[:, 1]
    task_low, task_high = np.quantile(weights @ own / len(by_task), (0.025, 0.975))
    return (len(hits), len(by_task), int(hits.sum()), hits.mean(), low, high, own.mean(), task_low, task_high)


def untested(curves: pd.DataFrame, readings: list[str]) -> pd.DataFrame:
    """Of each population, how many curves have each status, and whether that means that they were tested."""
    rows = [
        (population, basis, status, is_tested, len(part))
        for population, chosen in populations(curves, readings).items()
        for (basis, status, is_tested), part in curves[chosen].groupby(["basis", "status", "is_tested"], sort=True)
    ]
    return pd.DataFrame(rows, columns=["population", "basis", "status", "is_tested", "curves"])
