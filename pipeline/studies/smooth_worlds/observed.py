"""How many tested proportions are emergent, beside how many of the smooth power laws fitted to them would be."""

import numpy as np
import pandas as pd

from pipeline.core.emergence import emergence_score, is_emergent
from pipeline.curve_tests import beta_binomial
from pipeline.curve_tests.model import Floats
from pipeline.curve_tests.plan import SEED
from pipeline.curve_tests.table import emergent_under

DRAWS = 200
BATCH = 64  # curves of one n and number of scales that are drawn together


def observed_expected(
    curves: pd.DataFrame, conventions: pd.DataFrame, threshold: float, *, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """How many tested proportions each convention calls emergent, beside how many of the fitted smooth scenario's.

    Every tested curve is drawn anew from its own power law, `draws` times, and the draws go through E, its status and
    the conventions like scores. `scenario` is `binomial`, or `overdispersed` with the pooled correlation of examples.
    Low and high hold 95 % of the draws: Monte Carlo noise of the counts given the fits, not of the fits. The fits
    follow the data, noise and all, and scales are drawn independently, though all models answer the same examples.

    Args:
        curves: curve_tests with `emergent_under`, the conventions that call a curve emergent.
        conventions: `convention`, `is_absolute`, `keeps_infinite`.
        threshold: the value over which a curve is called emergent.
        draws: how many are drawn.
        seed: of the draws.

    Returns:
        Rows by `scenario`, `convention`, `metric` and `n_test_class` (each also `all`): `curves`, `observed`,
        `expected`, `low`, `high`, `p`, the share of draws with at least as many, (count + 1) / (draws + 1), and
        `draws`.
    """
    tested = curves[curves["is_tested"] & (curves["basis"] == "binomial")].reset_index(drop=True)
    groups = _groups(tested)
    rows = []
    for number, scenario in enumerate(("binomial", "overdispersed")):
        scores = drawn_scores(tested, overdispersed=scenario == "overdispersed", draws=draws, seed=[seed, number])
        for name, is_absolute, keeps_infinite in zip(
            conventions["convention"], conventions["is_absolute"], conventions["keeps_infinite"], strict=True
        ):
            hits = is_emergent(scores, threshold, is_absolute=bool(is_absolute), keeps_infinite=bool(keeps_infinite))
            observed = emergent_under(tested, str(name)).to_numpy()
            for (metric, n_test_class), kept in groups:
                seen, counts = int(observed[kept].sum()), hits[kept].sum(axis=0)
                low, high = np.quantile(counts, (0.025, 0.975))
                p = ((counts >= seen).sum() + 1) / (draws + 1)
                rows.append(
                    (scenario, name, metric, n_test_class, kept.sum(), seen, counts.mean(), low, high, p, draws)
                )
    columns = [
        "scenario",
        "convention",
        "metric",
        "n_test_class",
        "curves",
        "observed",
        "expected",
        "low",
        "high",
        "p",
        "draws",
    ]
    return pd.DataFrame(rows, columns=columns)


def drawn_scores(tested: pd.DataFrame, *, overdispersed: bool, draws: int, seed: list[int]) -> Floats:
    """E of draws from the fitted smooth scenario: (curves, draws), in the order of the table.

    Args:
        tested: `n_test`, `n_scales`, `expected_counts` (n p of each scale) and `rho` of each curve.
        overdispersed: whether the examples of a test set agree as `rho` says; else they are independent.
        draws: how many are drawn.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    scores = np.empty((len(tested), draws))
    for _, part in tested.groupby(["n_test", "n_scales"], sort=True):
        n = int(part["n_test"].iloc[0])
        for first in range(0, len(part), BATCH):
            some = part.iloc[first : first + BATCH]
            p = np.stack([np.asarray(expected, float) for expected in some["expected_counts"]]) / n
            rho = some["rho"].to_numpy(float)[:, None] * overdispersed
            mass = beta_binomial.distribution(p, n, np.broadcast_to(rho, p.shape))
            drawn = beta_binomial.draw(rng, np.cumsum(mass, axis=-1).reshape(-1, n + 1), draws)
            scores[some.index] = emergence_score(np.moveaxis(drawn.reshape(*p.shape, draws), 1, -1))
    return scores


def _groups(curves: pd.DataFrame) -> list[tuple[tuple[str, str], np.ndarray]]:
    metrics = ["all", *sorted(curves["metric"].unique())]
    classes = ["all", *curves["n_test_class"].dropna().unique()]
    found = []
    for metric in metrics:
        for n_test_class in sorted(classes):
            is_metric = (curves["metric"] == metric) | (metric == "all")
            kept = is_metric & ((curves["n_test_class"] == n_test_class) | (n_test_class == "all"))
            if kept.any():
                found.append(((metric, n_test_class), kept.to_numpy()))
    return found
