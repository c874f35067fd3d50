"""From the tests of curves to the benchmark: shares by population, and the common effect of each largest model.

Everything here is made from tables in the database and takes a second, so that it follows THRESHOLD; the tests do not.
"""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from pipeline.core import database
from pipeline.core.study import Run
from pipeline.curve_tests.likelihood import Floats
from pipeline.curve_tests.plan import SEED
from pipeline.curve_tests.table import LEVEL, adjusted, emergent_under, rejects

RESAMPLES = 2_000
ALL = "all"
# What is tested on each curve: names of tests, and columns that say whether a jump is excluded.
P_VALUES = ("goodness", "curved", "broken", "without_1_upper", "without_1_lower")
EXCLUDED = ("jump_excluded_10", "jump_excluded_20", "jump_excluded_30")
FEWEST_TASKS = 3


def compute(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, pd.DataFrame]:
    """The tables that SQL cannot make; none without a tested proportion."""
    if not database.has_table(connection, "tested_curves"):
        return {}
    curves = connection.execute(
        "select tested_curves.*, curve_copies.curve_id is not null as is_copy"
        " from tested_curves left join curve_copies using (curve_id) where is_tested and basis = 'binomial'"
        " order by curve_id"
    ).df()
    if curves.empty:
        return {}
    kept = curves[~curves["is_copy"]].reset_index(drop=True)
    if not run.is_published:
        kept["category"] = None
    found = {"tested_shares": shares(kept, populations(kept))}
    late = connection.execute("from late_tests where side = 'upper' and basis = 'binomial' order by curve_id").df()
    effects = common_effects(late)
    return found | ({} if effects.empty else {"common_effects": effects, "effects_overview": overview(effects)})


def overview(effects: pd.DataFrame) -> pd.DataFrame:
    """How many of the intervals in `common_effects` exclude 0 on either side, and the largest effect: one row."""
    largest = effects.loc[[effects["effect"].abs().idxmax()], ["family", "model", "effect", "low", "high"]]
    counts = {
        "families": len(effects),
        "above": int((effects["low"] > 0).sum()),
        "below": int((effects["high"] < 0).sum()),
    }
    return largest.assign(**counts).reset_index(drop=True)


def populations(curves: pd.DataFrame) -> "dict[str, pd.Series[bool]]":
    """Which curves: all, those of tasks annotated as emergent (if any), and those that a convention calls emergent."""
    found = {ALL: pd.Series(data=True, index=curves.index)}
    annotated = curves["category"].fillna("").astype(str).str.startswith("emergent")
    if annotated.any():
        found["annotated"] = annotated
    for convention in ("with_infinite", "published"):
        found[convention] = emergent_under(curves, convention)
    return {name: chosen for name, chosen in found.items() if chosen.any()}


def shares(
    curves: pd.DataFrame, chosen: "Mapping[str, pd.Series[bool]]", *, resamples: int = RESAMPLES, seed: int = SEED
) -> pd.DataFrame:
    """The share of curves for which each test rejects at 5 %, or which exclude a jump, by population.

    Args:
        curves: tested proportions with `task`, p and q of the tests, and the jumps that are excluded.
        chosen: the populations.
        resamples: of tasks, for the intervals.
        seed: of the resampling.

    Returns:
        `population`, `test`, `curves` (on which the test can reject), `tasks`, `found`, `found_corrected` (q < 5 %
        over all curves), `share` with `low` and `high` by resampling tasks, and `task_share`, the mean over tasks.
    """
    rng = np.random.default_rng(seed)
    rows = []
    q = {test: adjusted(curves[f"{test}_p"]) for test in P_VALUES}
    for population, rows_of in chosen.items():
        part = curves[rows_of]
        for test in (*P_VALUES, *EXCLUDED):
            hits = _hits(part, test)
            known = hits.notna()
            if known.any():
                told = _resampled(np.asarray(hits[known], float), part["task"][known].to_numpy(), rng, resamples)
                corrected = int((q[test][part.index] < LEVEL).sum()) if test in P_VALUES else None
                rows.append({"population": population, "test": test, "found_corrected": corrected} | told)
    columns = [
        "population",
        "test",
        "curves",
        "tasks",
        "found",
        "found_corrected",
        "share",
        "low",
        "high",
        "task_share",
    ]
    return pd.DataFrame(rows)[columns].astype({"found_corrected": "Int64"})


def _hits(part: pd.DataFrame, test: str) -> "pd.Series[float]":
    if test in EXCLUDED:
        return part[test].astype("boolean").astype("Float64").astype(float)
    return rejects(part[f"{test}_p"])


def _resampled(hits: Floats, task: np.ndarray, rng: np.random.Generator, resamples: int) -> dict[str, float]:
    of_task = pd.Series(hits).groupby(task).agg(["sum", "size"])
    totals, known = of_task["sum"].to_numpy(), of_task["size"].to_numpy()
    weights = rng.multinomial(len(known), np.full(len(known), 1 / len(known)), size=resamples)
    low, high = np.quantile((weights @ totals) / (weights @ known), (0.025, 0.975))
    return {
        "curves": len(hits), "tasks": len(known), "found": int(hits.sum()), "share": float(hits.mean()),
        "low": float(low), "high": float(high), "task_share": float((totals / known).mean()),
    }  # fmt: skip


def common_effects(late: pd.DataFrame) -> pd.DataFrame:
    """How far each family's largest model lies above its forecasts in common: a random-effects mean over tasks.

    The unit is a standard deviation of the forecast: z = Phi^-1(1 - p) with the mid-p of so high a score. Each task
    counts as one observation, the mean z of its curves with variance 1 (as if its curves said all the same), and tasks
    are pooled partially, by DerSimonian and Laird's estimate of how they differ.

    Args:
        late: `family`, `model`, `task` and `p` of the upper side.

    Returns:
        `family`, `model`, `curves`, `tasks`, `effect` with `low` and `high`, `deviation` (of tasks, tau).
    """
    rows = []
    for (family, model), part in late.groupby(["family", "model"], sort=True):
        z = pd.Series(stats.norm.isf(part["p"].clip(1e-300, 1 - 1e-16)), index=part.index)
        of_task = z.groupby(part["task"]).mean().to_numpy()
        if len(of_task) < FEWEST_TASKS:
            continue
        # Tasks that agree leave it a share of nothing, which is not used here.
        with np.errstate(divide="ignore", invalid="ignore"):
            pooled = combine_effects(of_task, np.ones(len(of_task)), method_re="dl")
        # An estimate below 0 says that tasks do not differ: then the fixed-effects mean is the one.
        differs = pooled.tau2 > 0
        mean = pooled.mean_effect_re if differs else pooled.mean_effect_fe
        low, high = pooled.conf_int()[int(differs)]
        rows.append((family, model, len(part), len(of_task), mean, low, high, max(pooled.tau2, 0.0) ** 0.5))
    return pd.DataFrame(rows, columns=["family", "model", "curves", "tasks", "effect", "low", "high", "deviation"])
