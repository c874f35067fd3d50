"""How many tested proportions are emergent, beside how many of the smooth power laws fitted to them would be."""

import numpy as np
import pandas as pd

from pipeline.sharpness import draws
from pipeline.sharpness.model import Booleans, Floats
from pipeline.sharpness.plan import SEED
from pipeline.sharpness.score_tests import emergence_score

WORLDS_DRAWN = 200
BATCH = 64  # curves of one n and number of scales that are drawn together


def observed_expected(
    curves: pd.DataFrame, readings: pd.DataFrame, threshold: float, *, worlds: int = WORLDS_DRAWN, seed: int = SEED
) -> pd.DataFrame:
    """How many tested proportions each reading calls emergent, beside how many of the fitted smooth world's.

    Every tested curve is drawn anew from its own power law, `worlds` times, and the draws go through E, its status and
    the readings like scores. `world` is `binomial`, or `overdispersed` with the pooled correlation of items. Low and
    high hold 95 % of the drawn worlds: Monte Carlo noise of the counts given the fits, not of the fits. The fits
    follow the data, noise and all, and scales are drawn independently, though all models answer the same items.

    Args:
        curves: curve_tests with `emergent_under`, the readings that call a curve emergent.
        readings: `reading`, `is_absolute`, `keeps_infinite`.
        threshold: the value over which a curve is called emergent.
        worlds: how many are drawn.
        seed: of the draws.

    Returns:
        Rows by `world`, `reading`, `metric` and `n_class` (each also `all`): `curves`, `observed`, `expected`, `low`,
        `high`, `p`, the share of worlds with at least as many, (count + 1) / (worlds + 1), and `worlds`.
    """
    tested = curves[curves["is_tested"] & (curves["basis"] == "binomial")].reset_index(drop=True)
    groups = _groups(tested)
    rows = []
    for number, world in enumerate(("binomial", "overdispersed")):
        scores = drawn_scores(tested, overdispersed=world == "overdispersed", worlds=worlds, seed=[seed, number])
        for name, is_absolute, keeps_infinite in zip(
            readings["reading"], readings["is_absolute"], readings["keeps_infinite"], strict=True
        ):
            hits = emergent(scores, threshold, is_absolute=bool(is_absolute), keeps_infinite=bool(keeps_infinite))
            observed = under(tested, str(name)).to_numpy()
            for (metric, n_class), kept in groups:
                seen, counts = int(observed[kept].sum()), hits[kept].sum(axis=0)
                low, high = np.quantile(counts, (0.025, 0.975))
                p = ((counts >= seen).sum() + 1) / (worlds + 1)
                rows.append((world, name, metric, n_class, kept.sum(), seen, counts.mean(), low, high, p, worlds))
    columns = ["world", "reading", "metric", "n_class", "curves", "observed", "expected", "low", "high", "p", "worlds"]
    return pd.DataFrame(rows, columns=columns)


def under(curves: pd.DataFrame, reading: str) -> "pd.Series[bool]":
    """Whether a reading calls each curve emergent."""
    return curves["emergent_under"].map(lambda names: isinstance(names, (list, np.ndarray)) and reading in names)


def drawn_scores(tested: pd.DataFrame, *, overdispersed: bool, worlds: int, seed: list[int]) -> Floats:
    """E of draws from the fitted smooth world: (curves, worlds), in the order of the table.

    Args:
        tested: `n_test`, `n_scales`, `expected_counts` (n p of each scale) and `rho` of each curve.
        overdispersed: whether the items of a test set agree as `rho` says; else they are independent.
        worlds: how many are drawn.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    scores = np.empty((len(tested), worlds))
    for _, part in tested.groupby(["n_test", "n_scales"], sort=True):
        n = int(part["n_test"].iloc[0])
        for first in range(0, len(part), BATCH):
            some = part.iloc[first : first + BATCH]
            p = np.stack([np.asarray(expected, float) for expected in some["expected_counts"]]) / n
            rho = some["rho"].to_numpy(float)[:, None] * overdispersed
            mass = draws.distribution(p, n, np.broadcast_to(rho, p.shape))
            drawn = draws.draw(rng, np.cumsum(mass, axis=-1).reshape(-1, n + 1), worlds)
            scores[some.index] = emergence_score(drawn.reshape(*p.shape, worlds))
    return scores


def emergent(scores: Floats, threshold: float, *, is_absolute: bool, keeps_infinite: bool) -> Booleans:
    """Whether each E exceeds the threshold under a reading: the rule of sql/30_reading_values.sql, on arrays."""
    values = np.abs(scores) if is_absolute else scores
    return np.asarray((values > threshold) & (np.isfinite(scores) | keeps_infinite))


def _groups(curves: pd.DataFrame) -> list[tuple[tuple[str, str], np.ndarray]]:
    metrics = ["all", *sorted(curves["metric"].unique())]
    classes = ["all", *curves["n_class"].dropna().unique()]
    found = []
    for metric in metrics:
        for n_class in sorted(classes):
            is_metric = (curves["metric"] == metric) | (metric == "all")
            kept = is_metric & ((curves["n_class"] == n_class) | (n_class == "all"))
            if kept.any():
                found.append(((metric, n_class), kept.to_numpy()))
    return found
