"""Chunks of curves as parts of one long computation."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.core import parallel
from pipeline.core.freshness import code_key
from pipeline.core.parallel import Part, Work
from pipeline.curve_tests.evaluate import Chunk, compile_forecast, compile_shape, evaluate
from pipeline.curve_tests.plan import Planned
from pipeline.curve_tests.ratios import MOST

# Compiled code is kept on disk: what one process compiles the others load.
PREPARE = (compile_shape, compile_forecast)


def run(planned: Sequence[Planned], work: Work, *, most: int = MOST) -> pd.DataFrame:
    """What is said of every curve: one row each, indexed as the frame they came from.

    Args:
        planned: the chunks.
        work: how it is done; results do not depend on it.
        most: draws of each test at most.
    """
    return run_each([planned], work, most=most)[0]


def run_each(
    tables: Sequence[Sequence[Planned]], work: Work, *, most: int = MOST, progress: str = "curve_tests"
) -> list[pd.DataFrame]:
    """The same for several tables of curves, as one long computation; chunks that are kept are not evaluated again."""
    code = code_key("pipeline.curve_tests.evaluate")
    parts = [
        [
            Part(work.folder / f"{name_of(one.chunk, most, code)}.parquet", to_frame, (one, most), len(one.rows))
            for one in planned
        ]
        for planned in tables
    ]
    todo = [part for own in parts for part in own]
    parallel.ensure(todo, workers=work.workers, scheduler=work.scheduler, label=progress, unit="curve", prepare=PREPARE)
    return [read(own).drop(columns="place").set_index("row").sort_index() if own else pd.DataFrame() for own in parts]


def read(parts: Sequence[Part]) -> pd.DataFrame:
    """What is kept of chunks, one below the other, with the `row` of each curve.

    A part tells curves by their `place` in the chunk: the same chunk may hold other rows of another frame.
    """
    found = zip(parallel.read_each(parts), (part.arguments[0].rows for part in parts), strict=True)
    return pd.concat([own.assign(row=rows[own["place"].to_numpy()]) for own, rows in found], ignore_index=True)


def name_of(chunk: Chunk, most: int, code: str) -> str:
    """A name that changes with anything that the chunk's result depends on: inputs, seeds, draws, code."""
    digest = hashlib.sha256(f"{code} {most} {chunk.is_counts} {chunk.seed.tolist()}".encode())
    for values in (chunk.scores, chunk.n, chunk.log_scale, chunk.chance, chunk.rho, chunk.error):
        # Twelve digits: the last bits of a logarithm differ between processors.
        digest.update(np.char.mod("%.12g", np.asarray(values, float)).tobytes())
    return digest.hexdigest()[:32]


def to_frame(planned: Planned, most: int) -> pd.DataFrame:
    """What is said of a chunk, one row per curve, told by its place."""
    return pd.DataFrame(evaluate(planned.chunk, most)).assign(place=np.arange(len(planned.rows)))
