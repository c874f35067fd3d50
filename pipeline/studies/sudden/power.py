"""Level and power beside every share: what a test rejects in calibrated scenarios, for test sets of the same sizes.

A share of rejected curves means little without the share that a smooth scenario gives, and without the share that would
be rejected if every curve did jump. Both come from calibration.csv by class of n, averaged with the weights of the
curves that the share is of.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

BAND = (0.04, 0.06)
Scenarios = tuple[str, ...]
SMOOTH: Scenarios = ("smooth", "smooth, rho 0.02", "smooth, rho 0.05")
PAPER: Scenarios = ("slope -0.5", "slope -0.5, rho 0.02")
CURVED: Scenarios = ("curvature", "curvature, rho 0.02")
SMOOTH_SCENARIO, PAPER_SCENARIO, CURVED_SCENARIO, JUMP_SCENARIO = SMOOTH[1], PAPER[1], CURVED[1], "jump 0.3, rho 0.02"
# Scenarios in which the null of a test is true; first those for which the level is claimed.
NULLS: dict[str, tuple[Scenarios, Scenarios]] = {
    "curvature": (SMOOTH, PAPER),
    "break": (SMOOTH, (*PAPER, *CURVED)),
    "jump": (SMOOTH, (*PAPER, *CURVED)),
    "emergence": (SMOOTH, PAPER),
    "steep": (PAPER, ()),
    "without_1": (SMOOTH, PAPER),
    "without_2": (SMOOTH, PAPER),
    "surprise_1": (SMOOTH, PAPER),
    "surprise_2": (SMOOTH, PAPER),
}

NOTHING = pd.DataFrame(columns=["scenario", "test", "n_test_class", "condition", "rejected_share"])


class Calibrated(NamedTuple):
    """How a property is called in calibration.csv, and the scenarios that tell its level and its power."""

    test: str
    level: str | None
    power: str | None


# A smooth scenario has steep curves and none at the edge of the slopes: it tells nothing of the level of `steeper`.
OF_PROPERTY = {
    "steeper than the paper's slope": Calibrated("steep", PAPER_SCENARIO, JUMP_SCENARIO),
    "steeper than the benchmark's slopes": Calibrated("steeper", None, JUMP_SCENARIO),
    "curved": Calibrated("curvature", SMOOTH_SCENARIO, CURVED_SCENARIO),
    "broken": Calibrated("break", SMOOTH_SCENARIO, JUMP_SCENARIO),
    "emergence score beyond noise": Calibrated("emergence", SMOOTH_SCENARIO, JUMP_SCENARIO),
    "largest scale higher than foreseen, without_1": Calibrated("surprise_1", SMOOTH_SCENARIO, JUMP_SCENARIO),
    "largest scale higher than foreseen, without_2": Calibrated("surprise_2", SMOOTH_SCENARIO, JUMP_SCENARIO),
    "largest scale outside its interval, without_1": Calibrated("without_1", SMOOTH_SCENARIO, JUMP_SCENARIO),
    "largest scale outside its interval, without_2": Calibrated("without_2", SMOOTH_SCENARIO, JUMP_SCENARIO),
    "jump above 0.1 excluded": Calibrated("excluded_10", "jump 0.1", SMOOTH[0]),
    "jump above 0.2 excluded": Calibrated("excluded_20", "jump 0.2", SMOOTH[0]),
}


Rejections = Mapping[tuple[str, str], "pd.Series[float]"]


def rejections(calibration: pd.DataFrame) -> Rejections:
    """By test and scenario the rejected shares over all curves, indexed by class of n."""
    every = calibration[calibration["condition"] == "all"]
    return {
        (str(test), str(scenario)): part.set_index("n_test_class")["rejected_share"].astype(float)
        for (test, scenario), part in every.groupby(["test", "scenario"], sort=True)
    }


def rejected(measured: Rejections, n_test_class: "pd.Series[str]", test: str, scenario: str | None) -> float:
    """The share that a test rejects in a scenario, over curves with these classes of n; NaN where it was not measured.

    Args:
        measured: what `rejections` gives.
        n_test_class: of each curve.
        test: a name of calibration.csv's column `test`.
        scenario: a name of its column `scenario`, or none.
    """
    if (test, scenario or "") not in measured:
        return float("nan")
    weights = n_test_class.value_counts(normalize=True)
    return float((weights * measured[test, scenario or ""].reindex(weights.index)).sum(skipna=False))


def verdicts(calibration: pd.DataFrame) -> pd.DataFrame:
    """Whether each test holds its 5 % over informative curves: one row a test and scenario whose null it tests.

    Returns:
        `test`, `scenario`, `is_claimed` (whether the level is claimed there), `curves`, `rejected_share`, `low`,
        `high`, `verdict` (`holds` from 4 to 6 %, `conservative` below, `liberal` above).
    """
    rows = [
        (test, scenario, claimed)
        for test, scenarios in NULLS.items()
        for claimed, names in zip((True, False), scenarios, strict=True)
        for scenario in names
    ]
    pairs = pd.DataFrame(rows, columns=["test", "scenario", "is_claimed"])
    informative = calibration[(calibration["condition"] == "informative") & (calibration["n_test_class"] == "all")]
    found = pairs.merge(informative, on=["test", "scenario"])
    found["verdict"] = [verdict(share) for share in found["rejected_share"]]
    return found[["test", "scenario", "is_claimed", "curves", "rejected_share", "low", "high", "verdict"]]


def verdict(share: float) -> str:
    """What a rejected share says of a test at 5 %."""
    low, high = BAND
    return "conservative" if share < low else "liberal" if share > high else "holds"
