"""curve_tests: one row per curve of emergence, with q values over the tested curves and the verdict on a jump."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from pipeline.core.sample_sizes import class_of
from pipeline.curve_tests.boot import TESTS
from pipeline.curve_tests.predict import Prediction
from pipeline.curve_tests.source import KEY

LEVEL = 0.05
FIRST = (*KEY, "basis", "status", "is_tested", "n_scales", "n_test", "n_test_class", "chance")
MODEL = (
    "intercept", "alpha", "intercept_se", "alpha_se", "deviance", "degrees_of_freedom", "dispersion",
    "constant_deviance", "curvature_deviance", "monotone_deviance", "step_deviance", "step_at", "chance_free",
    "alpha_chance_free", "deviance_chance_free", "rho", "slope_edge", "is_informative",
)  # fmt: skip
# The second opinion on each test: p of the likelihood ratio, or of the score test where the ratio took its place.
SECOND = {"curvature": "lr_p", "steep": "score_p", "steeper": "score_p", "break": "lr_p"}
OF_TEST = ("statistic", "replicates", "p", "q")
OF_PREDICTION = [
    f"{name}_{field}" for name in ("without_1", "without_2", "without_2_second") for field in Prediction._fields
]
LAST = ("jump", *OF_PREDICTION, "jump_excluded_10", "jump_excluded_20", "zeros", "zeros_expected", "zeros_p")
FLAGS = [name for name in (*MODEL, *LAST) if name.startswith(("is_", "jump_excluded")) or name.endswith("_covered")]
WHOLE = (*(f"{test}_replicates" for test in TESTS), "degrees_of_freedom", "step_at", "zeros")


def curve_tests(frame: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Join what was found to all curves, sorted by their key.

    `status` of a curve that was not tested is its reason (`flat`, `too_few_scales`, `no_n`, `aggregate`, `invalid`,
    `not_counts`, `no_chance_level`). q is Benjamini and Hochberg's over the tested curves of one basis, each test by
    itself; copies and dependence between curves of a task keep it from being more than a guide.
    """
    columns = [name for name in names() if name not in frame and not name.endswith("_q")]
    table = frame[[*KEY, "n_scales", "n_test", "chance", "basis", "set_aside"]].join(found.reindex(columns=columns))
    numbers = [
        name for name in columns if name not in ("status", "is_tested", "n_test_class", "jump", "expected_counts")
    ]
    table[numbers] = table[numbers].astype(float)
    table["n_test_class"] = class_of(table["n_test"])
    table["status"] = table["status"].where(table["set_aside"].isna(), table["set_aside"])
    table["is_tested"] = table["emergence_p"].notna()
    for test in TESTS:
        table[f"{test}_q"] = table.groupby("basis", sort=True)[f"{test}_p"].transform(adjusted)
    table["jump"] = jump_verdict(table)
    for name in FLAGS:
        table[name] = table[name].astype("boolean")
    for name in WHOLE:
        table[name] = table[name].astype("Int64")
    return table[names()].sort_values([*KEY], kind="stable").reset_index(drop=True)


def names() -> list[str]:
    """The columns of curve_tests, a test's side by side."""
    tests = [f"{test}_{part}" for test in TESTS for part in (*OF_TEST, *([SECOND[test]] if test in SECOND else []))]
    return [*FIRST, *MODEL, *tests, *LAST, "expected_counts"]


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


def emergent_under(curves: pd.DataFrame, convention: str) -> "pd.Series[bool]":
    """Whether a convention calls each curve of the table tested_curves emergent."""
    return curves["emergent_under"].map(lambda names: isinstance(names, (list, np.ndarray)) and convention in names)
