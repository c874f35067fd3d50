"""What each trained network gave on held-out examples, kept as one Parquet file per network: a killed run goes on."""

import hashlib
import importlib
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.core import parallel
from pipeline.core.errors import PipelineError
from pipeline.core.freshness import code_key
from pipeline.core.parallel import Part
from pipeline.core.settings import ROOT
from pipeline.studies.networks import mnist
from pipeline.studies.networks.plan import ADDITION, STREAMS, Job

WORKERS = 2


def train(job: Job, images: Path) -> pd.DataFrame:
    """Train the network of a job with the module of its experiment.

    Raises:
        PipelineError: torch is not installed, or there are no images.
    """
    try:
        module = importlib.import_module(training_module(job.experiment))
    except ModuleNotFoundError as error:
        raise PipelineError(
            f"{error.name} is not installed, and nothing can be trained without it. "
            "Next: run `make induce`, which installs it."
        ) from error
    outputs: pd.DataFrame = module.train(job, None if job.experiment == ADDITION else mnist.load(images))
    return outputs


def training_module(experiment: str) -> str:
    """The module that trains the networks of an experiment."""
    return f"pipeline.studies.networks.training.{experiment}"


# What decides the tables of `make induce`.
MODULES = ("pipeline.studies.networks.stage", *map(training_module, STREAMS))


def code_version(root: Path = ROOT) -> str:
    """A hash of everything that decides what a network becomes: what trains it, on what, and the release of torch."""
    wanted = (root / "requirements-torch.txt").read_text(encoding="utf-8")
    torch = re.findall(r"^torch==\S+", wanted, re.MULTILINE)
    code = code_key(*map(training_module, STREAMS), root=root)
    return hashlib.sha256(f"{code}\0{torch}".encode()).hexdigest()


def kept(jobs: Sequence[Job], folder: Path, code: str, images: Path, workers: int = WORKERS) -> list[Part]:
    """The outputs of networks, those that are not kept yet trained now, in the order of the jobs.

    Args:
        jobs: all that a run needs.
        folder: where outputs are kept.
        code: a hash of the training code, from `code_version`.
        images: the folder with MNIST's wheel.
        workers: processes. Each has one thread, so that no result depends on their number; 1 is this process.

    Raises:
        PipelineError: torch is not installed, there are no images, or the folder cannot be written.
    """
    parts = [Part(job.path(folder, code), train, (job, images)) for job in jobs]
    parallel.ensure(parts, workers=workers, label="training", unit="network")
    return parts
