"""What each trained network answered, kept as one Parquet file per network, so that a killed run goes on."""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from pipeline.core import parallel
from pipeline.core.errors import PipelineError
from pipeline.core.freshness import code_key
from pipeline.core.parallel import Part
from pipeline.core.settings import ROOT
from pipeline.studies.networks.plan import STREAMS, Job

WORKERS = 2

Trainer = Callable[[Job], pd.DataFrame]


def train(job: Job) -> pd.DataFrame:
    """Train the network of a job with the module of its experiment.

    Raises:
        PipelineError: torch or scikit-learn is not installed.
    """
    try:
        module = importlib.import_module(training_module(job.experiment))
    except ModuleNotFoundError as error:
        raise PipelineError(
            f"{error.name} is not installed, and nothing can be trained without it. "
            "Next: run `make induce`, which installs it."
        ) from error
    outcomes: pd.DataFrame = module.train(job)
    return outcomes


def training_module(experiment: str) -> str:
    """The module that trains the networks of an experiment."""
    return f"pipeline.studies.networks.training.{experiment}"


# What decides the tables of `make induce`.
MODULES = ("pipeline.studies.networks.stage", *map(training_module, STREAMS))


def code_version(root: Path = ROOT) -> str:
    """A hash of everything that decides what a network becomes: what trains it, on what, and the release of torch."""
    torch = (root / "requirements-torch.txt").read_text(encoding="utf-8")
    code = code_key(*map(training_module, STREAMS), root=root)
    return hashlib.sha256(f"{code}\0{torch}".encode()).hexdigest()


def kept(
    jobs: Sequence[Job], folder: Path, code: str, *, trainer: Trainer = train, workers: int = WORKERS
) -> list[Part]:
    """The outcomes of networks, those that are not kept yet trained now, in the order of the jobs.

    Args:
        jobs: all that a run needs.
        folder: where outcomes are kept.
        code: a hash of the training code, from `code_version`.
        trainer: trains one network; one that is not of this package must be importable by its name.
        workers: processes. Each has one thread, so that no result depends on their number; 1 is this process.

    Raises:
        PipelineError: torch is not installed, or the folder cannot be written.
    """
    parts = [Part(job.path(folder, code), trainer, (job,)) for job in jobs]
    parallel.ensure(parts, workers=workers, label="training", unit="network")
    return parts
