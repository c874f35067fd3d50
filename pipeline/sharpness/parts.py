"""Run chunks on all cores and keep each finished one as a file, so that a stopped run goes on where it was."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from tqdm import tqdm

from pipeline.files import replacing
from pipeline.sharpness.evaluate import Chunk, evaluate
from pipeline.sharpness.fingerprint import CHUNK_MODULES, code_version
from pipeline.sharpness.plan import Planned


def name_of(chunk: Chunk, reps: Sequence[int], version: str) -> str:
    """A name that changes with anything that the chunk's result depends on: inputs, seed, replicates, code."""
    digest = hashlib.sha256(
        f"{version} {tuple(reps)} {chunk.is_gaussian} {chunk.seed.entropy} {chunk.seed.spawn_key}".encode()
    )
    for values in (chunk.counts, chunk.n, *chunk.design):
        # Twelve digits: the last bits of a logarithm differ between processors.
        digest.update(np.char.mod("%.12g", np.asarray(values, float)).tobytes())
    return digest.hexdigest()[:32]


def run(
    planned: Sequence[Planned], reps: Sequence[int], folder: Path, *, workers: int, progress: str = "sharpness"
) -> pd.DataFrame:
    """Evaluate every chunk that has no part in `folder` yet, and return all rows, indexed as the frame they came from.

    Results do not depend on `workers`. With one worker no process is started.
    """
    version = code_version(CHUNK_MODULES)
    paths = [folder / f"{name_of(one.chunk, reps, version)}.parquet" for one in planned]
    waiting = [(one, path) for one, path in zip(planned, paths, strict=True) if not path.is_file()]
    total = sum(len(one.rows) for one in planned)
    bar: tqdm[Any]
    with tqdm(total=total, desc=progress, unit="curve", delay=1, leave=False, disable=None) as bar:
        bar.update(total - sum(len(one.rows) for one, _ in waiting))
        if workers == 1:
            for one, path in waiting:
                write_part(one, reps, path)
                bar.update(len(one.rows))
        else:
            with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
                _gather(pool, waiting, reps, bar)
    return pd.concat([read_part(path) for path in paths]).sort_index() if paths else pd.DataFrame()


def _gather(pool: Executor, waiting: Sequence[tuple[Planned, Path]], reps: Sequence[int], bar: "tqdm[Any]") -> None:
    jobs = {pool.submit(write_part, one, reps, path): len(one.rows) for one, path in waiting}
    try:
        for job in as_completed(jobs):
            job.result()
            bar.update(jobs[job])
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise


def write_part(planned: Planned, reps: Sequence[int], path: Path) -> None:
    """Evaluate one chunk and write it, whole or not at all."""
    part = to_frame(planned, evaluate(planned.chunk, reps))
    with replacing(path) as temporary, duckdb.connect() as connection:
        connection.register("part", part.reset_index(names="row"))
        connection.execute(f"copy (from part) to '{_quoted(temporary)}' (format parquet)")


def to_frame(planned: Planned, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """The columns of a chunk as a frame; a column of shape (curves, scales) becomes lists."""
    return pd.DataFrame(
        {name: list(column) if column.ndim == 2 else column for name, column in columns.items()}, index=planned.rows
    )


def read_part(path: Path) -> pd.DataFrame:
    """A finished chunk."""
    with duckdb.connect() as connection:
        return connection.execute("from read_parquet(?)", [str(path)]).df().set_index("row")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
