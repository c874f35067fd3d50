"""Long work in parts: on all cores, every finished part kept as a file, so that a run that was stopped goes on.

With the address of a dask scheduler (SCHEDULER=) the parts are made by its workers; their files are written here.
"""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline.core import database, freshness
from pipeline.core.errors import PipelineError
from pipeline.core.files import replacing
from pipeline.core.settings import ROOT

CONNECT_SECONDS = 10
_pools: dict[int, ProcessPoolExecutor] = {}


class Part(NamedTuple):
    """One part: where its result is kept, what makes it (a picklable function and its arguments), and its size."""

    path: Path
    make: Callable[..., pd.DataFrame]
    arguments: tuple[Any, ...]
    size: int = 1


class Work(NamedTuple):
    """How long work is done: where its parts are kept, on how many processes here, or by which dask scheduler."""

    folder: Path
    workers: int = 1
    scheduler: str = ""


def ensure(
    parts: Sequence[Part],
    *,
    workers: int,
    label: str,
    unit: str,
    scheduler: str = "",
    prepare: Sequence[Callable[[], object]] = (),
) -> None:
    """Make the parts that are not kept yet. Results depend on neither `workers` nor `scheduler`.

    Args:
        parts: what is to be made.
        workers: processes on this machine; with one, none is started.
        label: of the progress bar.
        unit: what the sizes of parts count.
        scheduler: the address of a dask scheduler, whose workers take the place of processes here.
        prepare: functions that processes here run in parallel before the first part; each compiles code for all.

    Raises:
        PipelineError: a folder cannot be written, a scheduler cannot be used, or what makes a part says so.
    """
    missing = [part for part in parts if not part.path.is_file()]
    bar: tqdm[Any]
    total, left = (sum(part.size for part in some) for some in (parts, missing))
    with tqdm(total=total, initial=total - left, desc=label, unit=unit, delay=1, leave=False, disable=None) as bar:
        for part in _finished_on_cluster(missing, scheduler) if scheduler else _finished(missing, workers, prepare):
            bar.update(part.size)


def _finished(parts: Sequence[Part], workers: int, prepare: Sequence[Callable[[], object]]) -> Iterator[Part]:
    if not parts:
        return
    if workers == 1 or len(parts) < 2:
        with _files_of(parts) as connection:
            for part in parts:
                _keep(part, part.make(*part.arguments), connection)
                yield part
        return
    pool = _pool(workers)
    try:
        for ready in [pool.submit(work) for work in prepare]:
            ready.result()
        jobs = {pool.submit(make_and_keep, part): part for part in parts}
        for job in as_completed(jobs):
            job.result()
            yield jobs[job]
    except BaseException as error:
        _pools.pop(workers, None)
        pool.shutdown(cancel_futures=True)
        if not isinstance(error, BrokenExecutor):
            raise
        raise PipelineError(
            "a process that made a part was ended, perhaps because memory ran out. "
            "Next: close other programs, then run the same command again; finished parts are kept."
        ) from error


@contextmanager
def kept_processes() -> Iterator[None]:
    """End with the block the processes that `ensure` keeps for the next work, as each takes a second to start."""
    try:
        yield
    finally:
        while _pools:
            _, pool = _pools.popitem()
            pool.shutdown()


def _pool(workers: int) -> ProcessPoolExecutor:
    if workers not in _pools:
        # A forked process would inherit the threads of libraries that are loaded here.
        context = multiprocessing.get_context("spawn")
        _pools[workers] = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
    return _pools[workers]


def _finished_on_cluster(parts: Sequence[Part], address: str) -> Iterator[Part]:
    """Parts as the workers of a dask scheduler finish them; a worker that is lost has its parts made by another."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, which most runs do without
    except ImportError:
        raise PipelineError(
            "SCHEDULER= needs dask.distributed, which is not installed. Next: `make cluster`, then the same command."
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise PipelineError(
            f"SCHEDULER={address}: no scheduler answers there ({str(error).splitlines()[0]}). "
            "Next: start one with `PYTHONPATH=. .venv/bin/dask scheduler`, or leave SCHEDULER out."
        ) from error
    with client:
        _refuse_other_code(client, address)
        pool = client.get_executor(pure=False)
        try:
            jobs = {pool.submit(part.make, *part.arguments): part for part in parts}
            with _files_of(parts) as connection:
                for job in as_completed(jobs):
                    _keep(jobs[job], job.result(), connection)
                    yield jobs[job]
        except RuntimeError as error:
            if "deserialization" not in str(error):
                raise
            raise PipelineError(
                f"SCHEDULER={address}: it does not find this project or its libraries. "
                "Next: start it in a copy of this folder, as `PYTHONPATH=. .venv/bin/dask scheduler`."
            ) from error
        finally:
            # Without waiting: after an error nobody wants the other parts.
            pool.shutdown(wait=False)


def _refuse_other_code(client: Any, address: str) -> None:  # noqa: ANN401 - a dask client
    """Refuse workers that would compute with other code or other libraries than this run."""
    try:
        found = client.run(fingerprint)
    except Exception as error:
        # What a worker says of a module that it lacks has the type of no error of this process.
        if "No module named" not in str(error):
            raise
        raise PipelineError(
            f"SCHEDULER={address}: its workers do not find this project ({error}). "
            "Next: start them in a copy of this folder, as `PYTHONPATH=. .venv/bin/dask worker ...`."
        ) from error
    if not found:
        raise PipelineError(
            f"SCHEDULER={address}: it has no workers. "
            f"Next: start some with `PYTHONPATH=. .venv/bin/dask worker {address}`."
        )
    others = [worker for worker, own in found.items() if own != fingerprint()]
    if others:
        raise PipelineError(
            f"SCHEDULER={address}: {', '.join(sorted(others))} has other code or other libraries than this run. "
            "Next: start it from a copy of this folder, with its own `make cluster`."
        )


def fingerprint() -> str:
    """A hash of this project's code and of the libraries that results depend on."""
    code = freshness.digest(ROOT.glob("pipeline/**/*.py"))
    return f"{code} {sorted(freshness.versions().items())}"


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
    with _files_of([part]) as connection:
        _keep(part, frame, connection)


# The type of a connection is in quotes: a function that holds it when a process ends makes DuckDB complain.
def _files_of(parts: Iterable[Part]) -> "AbstractContextManager[duckdb.DuckDBPyConnection]":
    """What writes and reads the files of some parts: to open it takes longer than most of them."""
    return database.in_memory({part.path.parent for part in parts})


def _keep(part: Part, frame: pd.DataFrame, connection: "duckdb.DuckDBPyConnection") -> None:
    connection.register("part", frame)
    with replacing(part.path) as temporary:
        database.copy_to(connection, "from part", temporary, "format parquet, compression zstd")


def read(part: Part) -> pd.DataFrame:
    """A finished part, its rows in the order in which they were written.

    Raises:
        PipelineError: the file is damaged.
    """
    return next(read_each([part]))


def read_each(parts: Iterable[Part]) -> Iterator[pd.DataFrame]:
    """The same of many, one after the other."""
    parts = list(parts)
    with _files_of(parts) as connection:
        for part in parts:
            try:
                yield connection.execute("from read_parquet(?)", [str(part.path)]).df()
            except duckdb.Error as error:
                raise PipelineError(
                    f"{part.path}: cannot be read ({str(error).splitlines()[0]}). "
                    "Next: delete it, then run the same command again."
                ) from error
