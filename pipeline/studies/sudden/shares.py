"""Shares of tested curves that are steep, curved, broken or unforeseen, with intervals, level and power beside them."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.core.sample_sizes import CLASSES
from pipeline.curve_tests.model import Floats
from pipeline.curve_tests.plan import SEED
from pipeline.curve_tests.table import emergent_under
from pipeline.studies.sudden import power

RESAMPLES = 2_000
COPY, ORIGINAL = "BIG-G T=1", "BIG-G T=0"
LEVEL = 0.05
JUMPS = (0.1, 0.2, 0.3, 0.4, 0.5)  # of the calibrated scenarios
# A property and the test whose p, and q, tell of it.
PROPERTIES = {
    "steeper than the paper's slope": "steep",
    "steeper than the benchmark's slopes": "steeper",
    "curved": "curvature",
    "broken": "break",
    "emergence score beyond noise": "emergence",
}
GROUPS = {"binomial": "all proportions", "gaussian": "all other metrics"}


def without_copies(curves: pd.DataFrame) -> pd.DataFrame:
    """Tested curves without BIG-G T=1 where BIG-G T=0 was tested too: the two agree on nearly all multiple choices."""
    key = ["task", "subtask", "metric", "shots"]
    originals = curves[(curves["family"] == ORIGINAL) & curves["is_tested"]].set_index(key).index
    is_copy = (curves["family"] == COPY) & pd.MultiIndex.from_frame(curves[key]).isin(originals)
    return curves[curves["is_tested"] & ~is_copy]


def populations(curves: pd.DataFrame, conventions: Sequence[str]) -> "dict[str, pd.Series[bool]]":
    """Which curves: all, those of tasks annotated as emergent (if any), those that each convention calls emergent."""
    found = {"all": pd.Series(data=True, index=curves.index)}
    annotated = curves["category"].fillna("").astype(str).str.startswith("emergent")
    if annotated.any():
        found["tasks annotated as emergent"] = annotated
    return found | {f"emergent under {convention}": emergent_under(curves, convention) for convention in conventions}


def shares(
    curves: pd.DataFrame,
    conventions: Sequence[str],
    calibration: pd.DataFrame,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Shares of tested curves that are steep, curved, broken or unforeseen, with intervals by resampling tasks.

    Copies are collapsed. `share` counts curves, `task_share` is the mean over tasks of their shares, so that three
    large tasks do not speak for all. 95 % intervals are percentiles over resampled tasks; where one task holds nearly
    all curves they say so by their width. `level`: `p` at 5 % (a smooth scenario gives about 5 %), `q` at 5 %, or
    `verdict`, a column of curve_tests as it stands. `null_share` and `power_share` are what calibrated scenarios give
    for test sets of the same sizes: a scenario in which the property's null is true, and one in which it is far from
    it.
    """
    kept = without_copies(curves)
    measured = power.rejections(calibration)
    found = outcomes(kept)
    values = np.stack([outcome.to_numpy(float) for outcome in found.values()], axis=1)
    rng = np.random.default_rng(seed)
    rows = []
    for population, chosen in populations(kept, conventions).items():
        for metric, same in _metrics(kept).items():
            part = kept[chosen & same]
            if part.empty:
                continue
            hits = values[(chosen & same).to_numpy()]
            known = np.isfinite(hits).any(axis=0)
            table = _resampled(hits[:, known], part["task"].to_numpy(), rng, resamples)
            for (name, level), numbers in zip(itertools.compress(found, known), table, strict=True):
                rows.append((population, metric, name, level, *numbers, *_strength(part, name, level, measured)))
    columns = ["population", "metric", "property", "level", "curves", "tasks", "hits", "share", "low", "high"]
    columns += ["task_share", "task_low", "task_high", "null_share", "power_share"]
    whole = ["curves", "tasks", "hits"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(whole, int))


def _metrics(kept: pd.DataFrame) -> "dict[str, pd.Series[bool]]":
    every = {name: kept["basis"] == basis for basis, name in GROUPS.items()}
    return every | {str(metric): kept["metric"] == metric for metric in sorted(kept["metric"].unique())}


def outcomes(kept: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    """Of each property and level: 1 where it holds, 0 where not, NaN where it was not tested."""
    found: dict[tuple[str, str], pd.Series] = {}
    for name, test in PROPERTIES.items():
        for level in ("p", "q"):
            values = kept[f"{test}_{level}"]
            found[name, level] = (values < LEVEL).astype(float).where(values.notna())
    for value in ("jump", "disagree", "hint"):
        found[f"break: {value}", "verdict"] = (kept["jump"] == value).astype(float).where(kept["jump"].notna())
    for without in ("without_1", "without_2"):
        surprise, covered = kept[f"{without}_surprise"], kept[f"{without}_covered"]
        is_surprising = (surprise < LEVEL).astype(float).where(surprise.notna())
        found[f"largest scale higher than foreseen, {without}", "p"] = is_surprising
        found[f"largest scale outside its interval, {without}", "verdict"] = 1 - _flag(covered)
    for size in (10, 20):
        found[f"jump above 0.{size // 10} excluded", "verdict"] = _flag(kept[f"jump_excluded_{size}"])
    return found


def _flag(column: pd.Series) -> "pd.Series[float]":
    return column.astype("boolean").astype("Float64").astype(float)


def _resampled(hits: Floats, task: np.ndarray, rng: np.random.Generator, resamples: int) -> Floats:
    """Of each property: curves, tasks, hits, share, its interval, mean share of a task, its interval.

    Args:
        hits: (curves, properties), NaN where unknown.
        task: (curves,).
        rng: draws the tasks anew, the same for all properties.
        resamples: how many.
    """
    names, which = np.unique(task, return_inverse=True)
    totals, known = np.zeros((2, len(names), hits.shape[1]))
    np.add.at(totals, which, np.nan_to_num(hits))
    np.add.at(known, which, np.isfinite(hits))
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples).astype(float)
    there = known > 0
    own = np.where(there, totals / np.maximum(known, 1), 0.0)
    counts = (known.sum(axis=0), there.sum(axis=0), totals.sum(axis=0))
    over_curves = _ratio(totals, known, weights)
    over_tasks = _ratio(own, there.astype(float), weights)
    return np.stack([*counts, *over_curves, *over_tasks], axis=1)


def _ratio(above: Floats, below: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """A ratio of sums over tasks, and its 95 % interval; resamples without any curve known tell nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = (weights @ above) / (weights @ below)
    low, high = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    return above.sum(axis=0) / below.sum(axis=0), low, high


def _strength(part: pd.DataFrame, name: str, level: str, measured: power.Rejections) -> tuple[float, float]:
    """What scenarios give where the property is absent, and where it is strong; NaN for other metrics and q values."""
    found = power.OF_PROPERTY.get(name)
    if found is None or level == "q" or not (part["basis"] == "binomial").all():
        return np.nan, np.nan
    scenarios = (found.level, found.power)
    absent, strong = (power.rejected(measured, part["n_test_class"], found.test, scenario) for scenario in scenarios)
    return absent, strong


def by_n(curves: pd.DataFrame, calibration: pd.DataFrame) -> pd.DataFrame:
    """What can be seen of proportions, by the size of test sets, copies collapsed.

    Returns:
        Rows by `n_test_class`: `curves`, `tasks`; shares that are curved, broken (p at 5 %), that jump, for which a
        jump above 0.1 and 0.2 is excluded; `found_share_0.1` .. `0.5`, the share of true jumps of that size that the
        break test finds in calibrated scenarios; and of the prediction of the largest scale: `covered_share`, the
        median `width` of its interval, `wide_share` of intervals wider than half of all scores, `surprise_share`.
    """
    kept = without_copies(curves)
    kept = kept[kept["basis"] == "binomial"]
    measured = power.rejections(calibration)
    parts = [(name, kept[kept["n_test_class"] == name]) for name in CLASSES]
    return pd.DataFrame([_seen(name, part, measured) for name, part in parts if len(part)])


def _seen(name: str, part: pd.DataFrame, measured: power.Rejections) -> dict[str, object]:
    found = {name: outcome.mean() for name, outcome in outcomes(part).items()}
    power_of = {size: power.rejected(measured, part["n_test_class"], "break", f"jump {size:g}") for size in JUMPS}
    return {
        "n_test_class": name,
        "curves": len(part),
        "tasks": part["task"].nunique(),
        "curved_share": found["curved", "p"],
        "broken_share": found["broken", "p"],
        "jump_share": found["break: jump", "verdict"],
        "excluded_10_share": found["jump above 0.1 excluded", "verdict"],
        "excluded_20_share": found["jump above 0.2 excluded", "verdict"],
        **{f"found_share_{size:g}": share for size, share in power_of.items()},
        "covered_share": 1 - found["largest scale outside its interval, without_1", "verdict"],
        "width": part["without_1_width"].median(),
        "wide_share": (part["without_1_width"] > 0.5).mean(),
        "surprise_share": found["largest scale higher than foreseen, without_1", "p"],
    }


def untested(curves: pd.DataFrame, conventions: Sequence[str]) -> pd.DataFrame:
    """Of each population, how many curves have each status, and whether that means that they were tested."""
    rows = [
        (population, basis, status, is_tested, len(part))
        for population, chosen in populations(curves, conventions).items()
        for (basis, status, is_tested), part in curves[chosen].groupby(["basis", "status", "is_tested"], sort=True)
    ]
    return pd.DataFrame(rows, columns=["population", "basis", "status", "is_tested", "curves"])
