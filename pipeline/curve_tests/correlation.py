"""Rho: how much more often than chance two examples of a test set agree, pooled over curves.

By moments: E[X^2] = spare (1 + (n - 1) rho), with Pearson's X^2 about the smooth model with curvature, so that bent
curves do not pass for noise, and without the largest scale, so that a late gain does not hide itself. Summed over the
curves of a kind and solved for rho. X^2 is capped at twenty times its `spare`, so that one broken curve cannot set rho.

Tasks differ: that of a task is pooled over its own curves with those of its kind (free answer or multiple choice, class
of n_test) as PRIOR_SCALES further degrees of freedom.
"""

from typing import Any

import numpy as np
import pandas as pd

from pipeline.curve_tests.evaluate import design_of
from pipeline.curve_tests.fitting import Curve, eta_at, fit, fit_smooth, with_zero
from pipeline.curve_tests.likelihood import Floats, compiled, probability

LARGEST_RHO, LARGEST_EXCESS, PRIOR_SCALES = 0.3, 20.0, 30.0


@compiled
def pearson(curve: Curve, design: Floats) -> float:
    """X^2 about the smooth model with curvature, fitted with independent examples."""
    none, total = np.empty((0, 2)), 0.0
    beta = with_zero(fit_smooth(curve, design[:, :2].copy(), none)[1])
    fit(curve, design, beta, none)
    for k in range(len(design)):
        p = probability(eta_at(design, beta, k), curve.chance, curve.kind, curve.ceiling)
        total += (curve.counts[k] - curve.n * p) ** 2 / (curve.n * p * (1 - p))
    return total


def by_task(frame: pd.DataFrame) -> pd.Series:
    """Rho of each curve: of its task and kind.

    Args:
        frame: testable proportions with `task`, `answers`, `n_test_class`, `scores`, `scale`, `n_test`, `chance`.
    """
    spare = frame["n_scales"] - 4.0
    squares = np.array([_pearson(row) for row in frame.itertuples()])
    own = pd.DataFrame({"excess": np.minimum(squares, LARGEST_EXCESS * spare) - spare, "spare": spare})
    own = own.assign(weight=spare * (frame["n_test"] - 1), n=frame["n_test"] - 1)
    kind = [frame["answers"], frame["n_test_class"]]
    total = own.groupby(kind)[["excess", "weight"]].transform("sum")
    prior = _ratio(total["excess"], total["weight"])
    of_task = own.groupby([*kind, frame["task"]])
    sums, size = of_task[["excess", "weight"]].transform("sum"), PRIOR_SCALES * of_task["n"].transform("mean")
    return _ratio(sums["excess"] + size * prior, sums["weight"] + size)


def _ratio(excess: pd.Series, weight: pd.Series) -> pd.Series:
    return (excess / weight.where(weight > 0)).fillna(0.0).clip(0.0, LARGEST_RHO)


def _pearson(row: Any) -> float:  # noqa: ANN401 - a row of itertuples
    """Of one row of a frame; without its largest scale."""
    scale, n = np.asarray(row.scale, float)[:-1], int(row.n_test)
    counts = np.round(np.asarray(row.scores, float)[:-1] * n).astype(np.int64)
    return float(pearson(Curve(counts, n, 0.0, float(row.chance), 0, 1.0), design_of(np.log(scale))[0]))
