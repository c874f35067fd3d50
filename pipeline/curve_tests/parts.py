"""Chunks of curves as parts of one long computation."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.core import parallel
from pipeline.core.freshness import code_key
from pipeline.core.parallel import Part
from pipeline.curve_tests.evaluate import Chunk, evaluate
from pipeline.curve_tests.plan import Planned


def run(
    planned: Sequence[Planned], reps: Sequence[int], folder: Path, *, workers: int, progress: str = "curve_tests"
) -> pd.DataFrame:
    """Evaluate every chunk that has no part in `folder` yet, and return all rows, indexed as the frame they came from.

    Results do not depend on `workers`. With one worker no process is started.
    """
    code = code_key("pipeline.curve_tests.evaluate")
    parts = [
        Part(folder / f"{name_of(one.chunk, reps, code)}.parquet", to_frame, (one, tuple(reps)), len(one.rows))
        for one in planned
    ]
    parallel.ensure(parts, workers=workers, label=progress, unit="curve")
    found = [parallel.read(part).set_index("row") for part in parts]
    return pd.concat(found).sort_index() if found else pd.DataFrame()


def name_of(chunk: Chunk, reps: Sequence[int], code: str) -> str:
    """A name that changes with anything that the chunk's result depends on: inputs, seed, replicates, code."""
    digest = hashlib.sha256(
        f"{code} {tuple(reps)} {chunk.is_gaussian} {chunk.seed.entropy} {chunk.seed.spawn_key}".encode()
    )
    for values in (chunk.counts, chunk.n, *chunk.design):
        # Twelve digits: the last bits of a logarithm differ between processors.
        digest.update(np.char.mod("%.12g", np.asarray(values, float)).tobytes())
    return digest.hexdigest()[:32]


def to_frame(planned: Planned, reps: Sequence[int]) -> pd.DataFrame:
    """What is said of a chunk, one row per curve; a column of shape (curves, scales) becomes lists."""
    columns = evaluate(planned.chunk, reps)
    frame = pd.DataFrame({name: list(column) if column.ndim == 2 else column for name, column in columns.items()})
    return frame.assign(row=planned.rows)
