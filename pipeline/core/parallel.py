"""Long work in parts: on all cores, every finished part kept as a file, so that a run that was stopped goes on."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.files import replacing


class Part(NamedTuple):
    """One part: where its result is kept, what makes it (a picklable function and its arguments), and its size."""

    path: Path
    make: Callable[..., pd.DataFrame]
    arguments: tuple[Any, ...]
    size: int = 1


def ensure(parts: Sequence[Part], *, workers: int, label: str, unit: str) -> None:
    """Make the parts that are not kept yet. Results do not depend on `workers`; with one, no process is started.

    Raises:
        PipelineError: a folder cannot be written, or what makes a part says so.
    """
    missing = [part for part in parts if not part.path.is_file()]
    bar: tqdm[Any]
    total, left = (sum(part.size for part in some) for some in (parts, missing))
    with tqdm(total=total, initial=total - left, desc=label, unit=unit, delay=1, leave=False, disable=None) as bar:
        for part in _finished(missing, workers):
            bar.update(part.size)


def _finished(parts: Sequence[Part], workers: int) -> Iterator[Part]:
    if workers == 1 or len(parts) < 2:
        for part in parts:
            make_and_keep(part)
            yield part
        return
    # A forked process would inherit the threads of libraries that are loaded here.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        jobs = {pool.submit(make_and_keep, part): part for part in parts}
        try:
            for job in as_completed(jobs):
                job.result()
                yield jobs[job]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _begin() -> None:
    """Let Ctrl-C stop the run, not the parts that are being made, and end with the run if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def make_and_keep(part: Part) -> None:
    """Make a part and write it as Parquet, whole or not at all."""
    frame = part.make(*part.arguments)
    with replacing(part.path) as temporary, duckdb.connect() as connection:
        connection.register("part", frame)
        database.copy_to(connection, "from part", temporary, "format parquet, compression zstd")


def read(part: Part) -> pd.DataFrame:
    """A finished part, its rows in the order in which they were written.

    Raises:
        PipelineError: the file is damaged.
    """
    try:
        with duckdb.connect() as connection:
            return connection.execute("from read_parquet(?)", [str(part.path)]).df()
    except duckdb.Error as error:
        raise PipelineError(
            f"{part.path}: cannot be read ({str(error).splitlines()[0]}). "
            "Next: delete it, then run the same command again."
        ) from error
