"""From the frame of curves to chunks ready to be tested: pooled numbers, fixed membership, one seed a chunk."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.core.sample_sizes import class_of
from pipeline.curve_tests.boot import Design
from pipeline.curve_tests.evaluate import Chunk, status
from pipeline.curve_tests.fit import fit_power_law
from pipeline.curve_tests.ladder import fit_curvature
from pipeline.curve_tests.model import Curves, pearson, probability
from pipeline.curve_tests.pooled import Spread, correlation, slope_spread
from pipeline.curve_tests.source import arrays

CHUNK = 128
SEED = 20230428
FEWEST_FOR_SPREAD = 20


class Planned(NamedTuple):
    """A chunk and the rows of the frame that it holds."""

    rows: np.ndarray
    chunk: Chunk


def metric_class(metric: pd.Series) -> pd.Series:
    """Free answers and multiple choice differ in chance, slopes and noise."""
    return pd.Series(np.where(metric == "multiple_choice_grade", "multiple choice", "free answer"), index=metric.index)


def pool(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Spread]]:
    """Add `rho` and `edge` to the testable proportions; also the spread of slopes of each metric class.

    rho is pooled over curves of the same metric class and n class, and the spread of slopes over fitted curves of the
    same metric class, every task with the same weight.
    """
    fits = pd.concat([_first_fits(part) for _, part in frame.groupby("n_scales", sort=True)]).sort_index()
    frame = frame.join(fits)
    frame["metric_class"], frame["n_test_class"] = metric_class(frame["metric"]), class_of(frame["n_test"])
    frame["rho"] = 0.0
    for _, part in frame[frame["status"] != "below_chance"].groupby(["metric_class", "n_test_class"]):
        rho = correlation(part["x2"].to_numpy(), part["spare"].to_numpy(float), part["n_test"].to_numpy(float))
        same = (frame["metric_class"] == part["metric_class"].iloc[0]) & (
            frame["n_test_class"] == part["n_test_class"].iloc[0]
        )
        frame.loc[same, "rho"] = rho
    spreads = {}
    for name, part in frame.groupby("metric_class"):
        fitted = part[(part["status"] == "fitted") & np.isfinite(part["alpha_se"])]
        spreads[str(name)] = _spread(fitted if len(fitted) >= FEWEST_FOR_SPREAD else part)
    frame["edge"] = frame["metric_class"].map({name: spread.edge for name, spread in spreads.items()}).astype(float)
    return frame, spreads


def _first_fits(part: pd.DataFrame) -> pd.DataFrame:
    curves = arrays(part)
    line, curved = fit_power_law(curves), fit_curvature(curves)
    return pd.DataFrame(
        {
            "status": status(curves, line),
            "alpha": line.alpha,
            "alpha_se": line.alpha_se * np.sqrt(np.maximum(1.0, line.dispersion)),
            "x2": pearson(curves.counts, curves.n, probability(curved.eta, curves.chance[:, None])),
            "spare": curves.counts.shape[1] - 3,
        },
        index=part.index,
    )


def _spread(part: pd.DataFrame) -> Spread:
    weight = 1 / part.groupby("task")["alpha"].transform("size").to_numpy(float)
    return slope_spread(part["alpha"].to_numpy(), part["alpha_se"].to_numpy(), weight)


def plan(frame: pd.DataFrame, seed: int = SEED) -> list[Planned]:
    """Chunks of the testable curves of a frame that `source.read` made: by basis and number of scales, in key order."""
    testable = frame[frame["set_aside"].isna()]
    proportions = testable[testable["basis"] == "binomial"]
    pooled = pool(proportions)[0] if len(proportions) else proportions.assign(rho=0.0, edge=0.0)
    others = testable[testable["basis"] == "gaussian"].assign(rho=0.0, edge=0.0)
    parts = [
        part.iloc[first : first + CHUNK]
        for basis in (pooled, others)
        for _, part in basis.groupby("n_scales", sort=True)
        for first in range(0, len(part), CHUNK)
    ]
    seeds = np.random.SeedSequence(seed).spawn(len(parts))
    return [Planned(part.index.to_numpy(), _chunk(part, one)) for part, one in zip(parts, seeds, strict=True)]


def _chunk(part: pd.DataFrame, seed: np.random.SeedSequence) -> Chunk:
    curves: Curves = arrays(part)
    design = Design(curves.x, curves.chance, part["rho"].to_numpy(float), part["edge"].to_numpy(float))
    return Chunk(curves.counts, curves.n[:, 0], design, bool((part["basis"] == "gaussian").iloc[0]), seed)
