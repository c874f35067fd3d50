"""From the frame of curves to chunks ready to be tested: correlation of examples, one seed a curve."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.core.sample_sizes import class_of
from pipeline.curve_tests.correlation import by_task
from pipeline.curve_tests.evaluate import Chunk
from pipeline.curve_tests.source import KEY

CHUNK = 128
SEED = 20230428


class Planned(NamedTuple):
    """A chunk and the rows of the frame that it holds."""

    rows: np.ndarray
    chunk: Chunk


def answers(chance: pd.Series) -> pd.Series:
    """Multiple choice, where answers can be right by chance, and free answers differ in slopes and noise."""
    return pd.Series(np.where(chance > 0, "multiple choice", "free answer"), index=chance.index)


def seeds(frame: pd.DataFrame, seed: int = SEED) -> np.ndarray:
    """A seed for each curve that depends on its key alone: not on its place, nor on the other curves."""
    keys = frame[[name for name in KEY if name != "is_aggregate"]].astype(str).agg("\x1f".join, axis=1)
    digests = (hashlib.sha256(f"{seed}\x1f{key}".encode()).digest()[:8] for key in keys)
    return np.array([int.from_bytes(digest, "little") for digest in digests], np.uint64)


def pooled(frame: pd.DataFrame, seed: int = SEED) -> pd.DataFrame:
    """The testable curves of a frame that `source.read` made, with answers, n_test_class, rho and seed."""
    testable = frame[frame["set_aside"].isna()].copy()
    testable["answers"], testable["n_test_class"] = answers(testable["chance"]), class_of(testable["n_test"])
    testable["seed"] = seeds(testable, seed) if len(testable) else np.empty(0, np.uint64)
    testable["rho"] = 0.0
    proportions = testable["basis"] == "binomial"
    if proportions.any():
        testable.loc[proportions, "rho"] = by_task(testable[proportions])
    return testable


def plan(testable: pd.DataFrame) -> list[Planned]:
    """Chunks of curves of one basis and number of scales, in key order, from what `pooled` gives."""
    groups = (group for _, group in testable.groupby(["basis", "n_scales"], sort=True))
    parts = (group.iloc[first : first + CHUNK] for group in groups for first in range(0, len(group), CHUNK))
    return [Planned(part.index.to_numpy(), chunk_of(part)) for part in parts]


def chunk_of(part: pd.DataFrame) -> Chunk:
    """Curves with equally many scales, as arrays."""
    scores, scale, error = (np.stack(part[name].to_list()).astype(float) for name in ("scores", "scale", "error"))
    n = part["n_test"].to_numpy(float)
    is_counts = bool((part["basis"] == "binomial").iloc[0])
    if is_counts:
        scores = np.round(scores * n[:, None])
    chance, rho = part["chance"].to_numpy(float), part["rho"].to_numpy(float)
    return Chunk(scores, n, np.log(scale), chance, rho, error, part["seed"].to_numpy(), is_counts)
