"""curve_tests: one row a curve of emergence, with q values over the tested curves and the verdict on a jump."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from pipeline.sharpness.boot import TESTS
from pipeline.sharpness.plan import n_class
from pipeline.sharpness.source import KEY

LEVEL = 0.05
FLAGS = (
    "is_informative",
    "without_1_covered",
    "without_2_covered",
    "without_2_second_covered",
    "jump_excluded_10",
    "jump_excluded_20",
)
WHOLE = (*(f"{test}_replicates" for test in TESTS), "degrees_of_freedom", "step_at", "zeros")


def curve_tests(frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Join what was found to all curves, sorted by their key.

    `status` of a curve that was not tested is its reason (`flat`, `too_few_scales`, `no_n`, `aggregate`, `invalid`,
    `not_counts`, `no_chance_level`). q is Benjamini and Hochberg's over the tested curves of one basis, each test by
    itself; copies and dependence between curves of a task keep it from being more than a guide.
    """
    table = frame[[*KEY, "n_scales", "n_test", "chance", "basis", "set_aside"]].join(found)
    table["n_class"] = n_class(table["n_test"])
    table["status"] = table["status"].where(table["set_aside"].isna(), table["set_aside"])
    table["is_tested"] = table["emergence_p"].notna()
    for test in TESTS:
        table[f"{test}_q"] = table.groupby("basis", sort=True)[f"{test}_p"].transform(adjusted)
    table["jump"] = jump_verdict(table)
    for name in FLAGS:
        table[name] = table[name].astype("boolean")
    for name in WHOLE:
        table[name] = table[name].astype("Int64")
    return table[_order(list(table.columns))].sort_values([*KEY], kind="stable").reset_index(drop=True)


def _order(columns: list[str]) -> list[str]:
    first = [*KEY, "basis", "status", "is_tested", "n_scales", "n_test", "n_class", "chance"]
    last = ["expected_counts"]
    # One test's columns side by side.
    tests = [
        name
        for test in TESTS
        for name in sorted(columns)
        if name.split("_")[0] == test and name != "curvature_deviance"
    ]
    middle = [name for name in columns if name not in {*first, *last, *tests, "set_aside", "jump"}]
    return [
        *first,
        *middle[: middle.index("without_1_predicted")],
        *tests,
        "jump",
        *middle[middle.index("without_1_predicted") :],
        *last,
    ]


def adjusted(p: pd.Series) -> pd.Series:
    """Benjamini and Hochberg's q of the p values that are there."""
    q = pd.Series(np.nan, index=p.index)
    there = p.notna()
    if there.any():
        q[there] = multipletests(p[there].to_numpy(), method="fdr_bh")[1]
    return q


def jump_verdict(table: pd.DataFrame) -> pd.Series:
    """Whether a curve jumps, over and above curvature.

    `jump`: the score test's q and the likelihood ratio's p are both below 5 %. `disagree`: the score test's q is, the
    likelihood ratio's p is not (near separation). `hint`: the score test's p is below 5 % but not its q. `none`
    otherwise; null where untested. A Gaussian curve has its t test alone, which is its likelihood ratio.
    """
    lr = table["break_lr_p"].where(table["basis"] == "binomial", table["break_p"])
    small_q, small_p = table["break_q"] < LEVEL, table["break_p"] < LEVEL
    verdict = np.select([small_q & (lr < LEVEL), small_q, small_p], ["jump", "disagree", "hint"], default="none")
    return pd.Series(verdict, index=table.index, dtype=object).where(table["break_p"].notna(), None)
