"""Level and power beside every share: what a test rejects in calibrated worlds, for test sets of the same sizes.

A share of rejected curves means little without the share that a smooth world gives, and without the share that would be
rejected if every curve did jump. Both come from calibration.csv by class of n, averaged with the weights of the curves
that the share is of.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from pipeline.sharpness.fingerprint import calibrated_code

BAND = (0.04, 0.06)
Worlds = tuple[str, ...]
SMOOTH: Worlds = ("smooth", "smooth, rho 0.02", "smooth, rho 0.05")
PAPER: Worlds = ("slope -0.5", "slope -0.5, rho 0.02")
CURVED: Worlds = ("curvature", "curvature, rho 0.02")
SMOOTH_WORLD, PAPER_WORLD, CURVED_WORLD, JUMP_WORLD = SMOOTH[1], PAPER[1], CURVED[1], "jump 0.3, rho 0.02"
# Worlds in which the null of a test is true; first those for which the level is claimed.
NULLS: dict[str, tuple[Worlds, Worlds]] = {
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


class Calibrated(NamedTuple):
    """How a property is called in calibration.csv, and the worlds that tell its level and its power."""

    test: str
    level: str | None
    power: str | None


# A smooth world has steep curves and none at the edge of the slopes: it tells nothing of the level of `steeper`.
OF_PROPERTY = {
    "steeper than the paper's slope": Calibrated("steep", PAPER_WORLD, JUMP_WORLD),
    "steeper than the benchmark's slopes": Calibrated("steeper", None, JUMP_WORLD),
    "curved": Calibrated("curvature", SMOOTH_WORLD, CURVED_WORLD),
    "broken": Calibrated("break", SMOOTH_WORLD, JUMP_WORLD),
    "emergence score beyond noise": Calibrated("emergence", SMOOTH_WORLD, JUMP_WORLD),
    "largest scale higher than foreseen, without_1": Calibrated("surprise_1", SMOOTH_WORLD, JUMP_WORLD),
    "largest scale higher than foreseen, without_2": Calibrated("surprise_2", SMOOTH_WORLD, JUMP_WORLD),
    "largest scale outside its interval, without_1": Calibrated("without_1", SMOOTH_WORLD, JUMP_WORLD),
    "largest scale outside its interval, without_2": Calibrated("without_2", SMOOTH_WORLD, JUMP_WORLD),
    "jump above 0.1 excluded": Calibrated("excluded_10", "jump 0.1", SMOOTH[0]),
    "jump above 0.2 excluded": Calibrated("excluded_20", "jump 0.2", SMOOTH[0]),
}


Rejections = Mapping[tuple[str, str], "pd.Series[float]"]


def rejections(calibration: pd.DataFrame) -> Rejections:
    """By test and world the rejected shares over all curves, indexed by class of n."""
    every = calibration[calibration["condition"] == "all"]
    return {
        (str(test), str(world)): part.set_index("n_class")["rejected_share"].astype(float)
        for (test, world), part in every.groupby(["test", "world"], sort=True)
    }


def rejected(measured: Rejections, n_class: "pd.Series[str]", test: str, world: str | None) -> float:
    """The share that a test rejects in a world, over curves with these classes of n; NaN where it was not measured.

    Args:
        measured: what `rejections` gives.
        n_class: of each curve.
        test: a name of calibration.csv's column `test`.
        world: a name of its column `world`, or none.
    """
    if (test, world or "") not in measured:
        return float("nan")
    weights = n_class.value_counts(normalize=True)
    return float((weights * measured[test, world or ""].reindex(weights.index)).sum(skipna=False))


def verdicts(calibration: pd.DataFrame) -> pd.DataFrame:
    """Whether each test holds its 5 % over informative curves: one row a test and world whose null it tests.

    Returns:
        `test`, `world`, `is_claimed` (whether the level is claimed there), `curves`, `rejected_share`, `low`, `high`,
        `verdict` (`holds` from 4 to 6 %, `conservative` below, `liberal` above), and `is_current` (whether the code of
        the tests is that which was calibrated).
    """
    rows = [
        (test, world, claimed)
        for test, worlds in NULLS.items()
        for claimed, names in zip((True, False), worlds, strict=True)
        for world in names
    ]
    pairs = pd.DataFrame(rows, columns=["test", "world", "is_claimed"])
    informative = calibration[(calibration["condition"] == "informative") & (calibration["n_class"] == "all")]
    found = pairs.merge(informative, on=["test", "world"])
    found["verdict"] = [verdict(share) for share in found["rejected_share"]]
    found["is_current"] = found["code"] == calibrated_code()
    return found[["test", "world", "is_claimed", "curves", "rejected_share", "low", "high", "verdict", "is_current"]]


def verdict(share: float) -> str:
    """What a rejected share says of a test at 5 %."""
    low, high = BAND
    return "conservative" if share < low else "liberal" if share > high else "holds"
