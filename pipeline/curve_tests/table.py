"""curve_tests: one row per curve of emergence, with q values over the curves of a test."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from pipeline.core.sample_sizes import class_of
from pipeline.curve_tests.evaluate import FORECAST, HELD_OUT, excluded
from pipeline.curve_tests.jumps import SIZES
from pipeline.curve_tests.ratios import TESTS
from pipeline.curve_tests.source import KEY

LEVEL = 0.05
SIDES = ("upper", "lower")
FIRST = (*KEY, "basis", "status", "is_tested", "is_exploratory", "n_scales", "n_test", "n_test_class", "chance", "rho")
MODEL = ("intercept", "alpha", "alpha_se", "broken_at", "broken_by")
P_VALUES = (*TESTS, *(f"without_{held_out}_{side}" for held_out in HELD_OUT for side in SIDES))


def curve_tests(frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Join what was found to all curves, sorted by their key.

    `status` of a curve that was not tested is its reason (`flat`, `too_few_scales`, `no_n`, `too_many_examples`,
    `aggregate`, `neutral`, `invalid`, `not_counts`, `no_chance_level`, `below_chance`). Where a test was made and
    cannot reject by construction, its p is null: for a test of shape all draws gave the same statistic, for a forecast
    the score that it predicts is an end of the range. q is Benjamini and Hochberg's over the tested curves of one
    basis, each test by itself; copies and dependence between curves of a task keep it from being more than a guide.
    """
    columns = [name for name in names() if name not in frame and not name.endswith("_q")]
    table = frame[[*KEY, "n_scales", "n_test", "chance", "basis", "set_aside"]].join(found.reindex(columns=columns))
    numbers = [name for name in columns if name not in {*FIRST, "fitted"} or name == "rho"]
    table[numbers] = table[numbers].astype(float)
    table["n_test_class"] = class_of(table["n_test"])
    table["status"] = table["status"].where(table["set_aside"].isna(), table["set_aside"])
    table["is_tested"] = table["without_1_predicted"].notna()
    table["is_exploratory"] = (table["basis"] == "gaussian") & table["goodness_p"].isna()
    for test in P_VALUES:
        table[f"{test}_q"] = table.groupby("basis", sort=True)[f"{test}_p"].transform(adjusted)
    for size in SIZES:
        table[excluded(size)] = table[excluded(size)].astype("boolean")
    table["broken_at"] = table["broken_at"].astype("Int64")
    return table[names()].sort_values([*KEY], kind="stable").reset_index(drop=True)


def names() -> list[str]:
    """The columns of curve_tests, a test's side by side."""
    tests = [f"{test}_{part}" for test in TESTS for part in ("statistic", "p", "q")]
    forecasts = [f"without_{held_out}_{name}" for held_out in HELD_OUT for name in FORECAST]
    forecasts += [f"without_{held_out}_{side}_q" for held_out in HELD_OUT for side in SIDES]
    return [*FIRST, *MODEL, *tests, *forecasts, "largest_jump", *map(excluded, SIZES), "fitted"]


def adjusted(p: pd.Series) -> pd.Series:
    """Benjamini and Hochberg's q of the p values that are there."""
    q = pd.Series(np.nan, index=p.index)
    there = p.notna()
    if there.any():
        q[there] = multipletests(p[there].to_numpy(), method="fdr_bh")[1]
    return q


def rejects(p: "pd.Series[float]") -> "pd.Series[float]":
    """1 where a test rejects at 5 %, 0 where it does not, NaN where it cannot."""
    return (p < LEVEL).astype(float).where(p.notna())


def emergent_under(curves: pd.DataFrame, convention: str) -> "pd.Series[bool]":
    """Whether a convention calls each curve of the table tested_curves emergent."""
    return curves["emergent_under"].map(lambda names: isinstance(names, (list, np.ndarray)) and convention in names)
