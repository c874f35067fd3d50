"""What each trained network answered, kept as one Parquet file a network, so that a killed run goes on."""

import hashlib
import importlib
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline import files
from pipeline.errors import PipelineError
from pipeline.induce.plan import Job
from pipeline.settings import ROOT

WORKERS = 2

Trainer = Callable[[Job], pd.DataFrame]


def train(job: Job) -> pd.DataFrame:
    """Train the network of a job with the module of its experiment.

    Raises:
        PipelineError: torch or scikit-learn is not installed.
    """
    try:
        module = importlib.import_module(f"pipeline.induce.training.{job.experiment}")
    except ModuleNotFoundError as error:
        raise PipelineError(
            f"{error.name} is not installed, and nothing can be trained without it. "
            "Next: run `make induce`, which installs it."
        ) from error
    outcomes: pd.DataFrame = module.train(job)
    return outcomes


def code_version(root: Path = ROOT) -> str:
    """A hash of everything that decides what a network becomes: what trains it, on what, and the release of torch."""
    package = root / "pipeline" / "induce"
    sources = (*sorted((package / "training").glob("*.py")), package / "sums.py", root / "requirements-torch.txt")
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def ensure(jobs: Sequence[Job], folder: Path, code: str, *, trainer: Trainer = train, workers: int = WORKERS) -> None:
    """Train the networks whose outcomes are not kept yet.

    Args:
        jobs: all that a run needs.
        folder: where outcomes are kept.
        code: a hash of the training code, from `code_version`.
        trainer: trains one network; one that is not of this package must be importable by its name.
        workers: processes. Each has one thread, so that no result depends on their number; 1 is this process.

    Raises:
        PipelineError: torch is not installed, or the folder cannot be written.
    """
    missing = [job for job in jobs if not job.path(folder, code).is_file()]
    with tqdm(total=len(jobs), initial=len(jobs) - len(missing), desc="training", unit="network", disable=None) as bar:
        for _ in _finished(missing, folder, code, trainer, workers):
            bar.update()


def _finished(jobs: Sequence[Job], folder: Path, code: str, trainer: Trainer, workers: int) -> Iterator[None]:
    if workers == 1 or len(jobs) < 2:
        for job in jobs:
            _train_and_keep(job, job.path(folder, code), trainer)
            yield
        return
    # A forked process would inherit the threads of a library that is already loaded here.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_finish_first) as pool:
        futures = [pool.submit(_train_and_keep, job, job.path(folder, code), trainer) for job in jobs]
        try:
            yield from _results(futures)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _finish_first() -> None:
    """Let Ctrl-C stop the run, not the networks that are in training: they are finished and kept."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _results(futures: Iterable["Future[None]"]) -> Iterator[None]:
    for future in as_completed(futures):
        yield future.result()


def _train_and_keep(job: Job, path: Path, trainer: Trainer) -> None:
    outcomes = trainer(job)  # noqa: F841 - read by the query below
    with files.replacing(path) as temporary, duckdb.connect() as connection:
        name = str(temporary).replace("'", "''")
        connection.execute(f"copy outcomes to '{name}' (format parquet, compression zstd)")


def read(job: Job, folder: Path, code: str) -> pd.DataFrame:
    """The outcomes of a job, in the order in which they were written.

    Raises:
        PipelineError: the file is damaged.
    """
    path = job.path(folder, code)
    try:
        with duckdb.connect() as connection:
            return connection.execute("from read_parquet(?)", [str(path)]).df()
    except duckdb.Error as error:
        raise PipelineError(
            f"{path}: cannot be read ({str(error).splitlines()[0]}). Next: delete it, then run `make induce` again."
        ) from error
