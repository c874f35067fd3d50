"""How wide the transition of a curve is, where its middle lies, and how two metrics of the same outputs differ."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

Array = NDArray[np.float64]
LEVELS = (0.1, 0.5, 0.9)
RESAMPLES, LEVEL, SEED = 9_999, 0.95, 15_004
# A range this small is the noise of the arithmetic.
FLAT = 1e-9


class Transition(NamedTuple):
    """The transition of one curve, in octaves of the size.

    Attributes:
        width: from 10 to 90 % of the way from the lowest to the highest fitted score.
        midpoint: log2 of the size at 50 %.
        start: log2 of the size at 10 %.
        is_one_step: whether all of it lies between two neighbouring sizes, so that the grid sets its width.
        is_cut: whether the curve still rises by a tenth of its range or more in its first or its last step, so that its
            ends set the width.
    """

    width: float
    midpoint: float
    start: float
    is_one_step: bool
    is_cut: bool


def transition(sizes: Array, scores: Array) -> Transition | None:
    """The transition of a curve; none where it is flat.

    Args:
        sizes: shape (n,), rising, positive.
        scores: shape (n,), higher is better.
    """
    fitted = optimize.isotonic_regression(scores).x
    span = fitted[-1] - fitted[0]
    if span <= FLAT:
        return None
    octaves, share = np.log2(sizes), (fitted - fitted[0]) / span
    t10, t50, t90 = (crossing(octaves, share, level) for level in LEVELS)
    steps = np.diff(share)
    is_one_step = bool(steps.max() > LEVELS[2] - LEVELS[0])
    return Transition(t90 - t10, t50, t10, is_one_step, bool(max(steps[0], steps[-1]) >= LEVELS[0]))


def crossing(places: Array, share: Array, level: float) -> float:
    """Where a rising broken line first reaches a level between its ends."""
    after = int(np.argmax(share >= level))
    low, high = share[after - 1], share[after]
    return float(places[after - 1] + (level - low) / (high - low) * (places[after] - places[after - 1]))


def interval(differences: Array) -> tuple[float, float]:
    """The bias-corrected bootstrap interval (BCa, Efron 1987) of a mean; without width where all values are equal."""
    if len(differences) < 2 or np.ptp(differences) <= FLAT:
        return float(differences[0]), float(differences[0])
    found = stats.bootstrap(
        (differences,), np.mean, n_resamples=RESAMPLES, confidence_level=LEVEL, method="BCa",
        rng=np.random.default_rng(SEED),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


def transitions(scores: pd.DataFrame) -> pd.DataFrame:
    """The transition of every seed's curve under every metric.

    Args:
        scores: `experiment`, `metric`, `seed`, `size`, `score`, higher is better.

    Returns:
        `experiment`, `metric`, `seed`, `width`, `midpoint`, `is_one_step`, `is_cut`; flat curves have no row.
    """
    rows = []
    for keys, own in scores.groupby(["experiment", "metric", "seed"], sort=True):
        curve = own.sort_values("size")
        found = transition(curve["size"].to_numpy(float), curve["score"].to_numpy(float))
        if found is not None:
            rows.append((*keys, *found))
    return pd.DataFrame(rows, columns=["experiment", "metric", "seed", *Transition._fields])


def verdict(low: float, high: float, *, is_cut: bool) -> str:
    """What an interval of the sharpening says of the second transition.

    Where curves are cut, both widths are wider than they look, by how much nobody knows, so nothing is said.

    Args:
        low: of the interval.
        high: of the interval.
        is_cut: whether curves of most seeds are cut.
    """
    if is_cut:
        return "cannot be told"
    return "narrower" if high < 0 else "not narrower" if low > 0 else "cannot be told"


def compared(found: pd.DataFrame, smooth: str, sharp: str) -> dict[str, float]:
    """The sharpening and the shift from one metric to another, seed by seed, with intervals.

    Args:
        found: what `transitions` gives, of one experiment.
        smooth: the first metric.
        sharp: the second.

    Returns:
        `seeds`, `narrower` (seeds whose sharp width is smaller), `smooth_width` and `sharp_width` (means, octaves),
        `sharpening`, `shift`, each with `_low` and `_high`, and how many of the transitions lie in one step of the grid
        or are cut (`one_step`, `cut`, of either metric); `is_cut`, whether those of most seeds are.
    """
    first, second = (found[found["metric"] == name].set_index("seed") for name in (smooth, sharp))
    seeds = first.index.intersection(second.index)
    if seeds.empty:
        return {"seeds": 0}
    first, second = first.loc[seeds], second.loc[seeds]
    sharpening = np.log2(second["width"].to_numpy(float) / first["width"].to_numpy(float))
    shift = (second["midpoint"] - first["midpoint"]).to_numpy(float)
    (low, high), (shift_low, shift_high) = interval(sharpening), interval(shift)
    return {
        "seeds": len(seeds),
        "narrower": int((sharpening < 0).sum()),
        "smooth_width": float(first["width"].mean()),
        "sharp_width": float(second["width"].mean()),
        "sharpening": float(sharpening.mean()),
        "sharpening_low": low,
        "sharpening_high": high,
        "shift": float(shift.mean()),
        "shift_low": shift_low,
        "shift_high": shift_high,
        "one_step": int((first["is_one_step"] | second["is_one_step"]).sum()),
        "cut": int((first["is_cut"] | second["is_cut"]).sum()),
        "is_cut": bool((first["is_cut"] | second["is_cut"]).mean() > 0.5),
    }
