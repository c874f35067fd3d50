"""What counts as a jump, and as none: fixed before the networks of the results were trained.

Pilots had been, to choose sizes and steps of training; the rule has not been changed since it met results.

A curve rises from its lowest to its highest score. The share of a step is its rise over that range, so even steps over
S scales have shares of 1 / (S - 1). A jump is a single step with more than half of the range: what people call
emergence is most of an ability between two neighbouring sizes. With s seeds, every step has s shares, and a one-sided
95 % Student limit of their mean on either side:

- no jump: the upper limit of every step lies below a half. All must pass, so each is tested at the full level
  (intersection-union test; Berger 1982), as in tests of equivalence;
- jump: the lower limit of some step lies above a half, at the level divided by the number of steps (Bonferroni),
  because one is enough;
- undecided: neither.

The rule is the same for smooth and sharp metrics. Limits that rest on few seeds are wide, so that "undecided" is what
too few seeds lead to, never "no jump".
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

LARGEST_SHARE = 0.5
LEVEL = 0.05
NO_JUMP, JUMP, UNDECIDED, UNDEFINED = "no jump", "jump", "undecided", "undefined"
CURVE = ["experiment", "metric", "estimator", "test_size"]


@dataclass(frozen=True)
class Jump:
    """The verdict on one family of curves.

    Attributes:
        step: index of the step with the largest mean share.
        share: that mean share.
        upper: the largest upper limit of any step: no jump if below the bound.
        lower: the largest lower limit of any step, corrected: a jump if above the bound.
        verdict: one of the four.
    """

    step: int
    share: float
    upper: float
    lower: float
    verdict: str


def judge(curves: np.ndarray, bound: float = LARGEST_SHARE, level: float = LEVEL) -> Jump:
    """Whether a family of curves jumps.

    Args:
        curves: shape (seeds, scales), at least two of each; higher is better, in order of scale.
        bound: the largest share of the range that is no jump.
        level: probability of a wrong verdict, on either side.

    Returns:
        `undefined` with NaN, where a seed's curve is constant and shares do not exist.
    """
    ranges = np.ptp(curves, axis=1, keepdims=True)
    if not (ranges > 0).all():
        return Jump(0, np.nan, np.nan, np.nan, UNDEFINED)
    shares = np.diff(curves, axis=1) / ranges
    means = shares.mean(axis=0)
    seeds, steps = shares.shape
    errors = shares.std(axis=0, ddof=1) / np.sqrt(seeds)
    upper = float((means + stats.t.ppf(1 - level, seeds - 1) * errors).max())
    lower = float((means - stats.t.ppf(1 - level / steps, seeds - 1) * errors).max())
    verdict = NO_JUMP if upper < bound else JUMP if lower > bound else UNDECIDED
    step = int(means.argmax())
    return Jump(step, float(means[step]), upper, lower, verdict)


def judge_all(scores: pd.DataFrame, higher_is_better: dict[tuple[str, str], bool]) -> pd.DataFrame:
    """The verdict on every metric, estimator and test size.

    Args:
        scores: `experiment`, `metric`, `estimator`, `test_size`, `size`, `seed`, `score`; every seed has every size.
        higher_is_better: by experiment and metric.

    Returns:
        `experiment`, `metric`, `estimator`, `test_size`, `bound`, `from_size`, `to_size`, `largest_share`,
        `upper_limit`, `lower_limit`, `verdict`, sorted.
    """
    rows = []
    for (experiment, metric, *rest), family in scores.groupby(CURVE, sort=True):
        wide = family.pivot_table(index="seed", columns="size", values="score", sort=True)
        sign = 1.0 if higher_is_better[str(experiment), str(metric)] else -1.0
        jump = judge(sign * wide.to_numpy())
        sizes = wide.columns[jump.step : jump.step + 2]
        rows.append(
            (experiment, metric, *rest, LARGEST_SHARE, *sizes, jump.share, jump.upper, jump.lower, jump.verdict)
        )
    numbers = ["bound", "from_size", "to_size", "largest_share", "upper_limit", "lower_limit", "verdict"]
    return pd.DataFrame(rows, columns=[*CURVE, *numbers])
