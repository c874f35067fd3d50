"""One way to train every network, so that an experiment's networks differ in their size alone."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pipeline.studies.networks.plan import CHECKPOINTS, Job, stream

LARGEST_GRADIENT = 1.0
WARM_UP = 0.05
BETAS = (0.9, 0.98)
SPLIT, WEIGHTS, BATCHES = 0, 1, 2


def seeded(job: Job) -> np.random.Generator:
    """Fix everything that torch draws or schedules, and return the stream of the batches.

    One thread: the order of a sum over threads would depend on the machine.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    weights = stream(job.experiment, WEIGHTS, job.size, job.seed)
    torch.manual_seed(int(weights.generate_state(1, np.uint64)[0]))
    return np.random.default_rng(stream(job.experiment, BATCHES, job.size, job.seed))


def split_stream(experiment: str) -> np.random.SeedSequence:
    """The stream of an experiment's held-out examples, the same for every network, so that all are judged alike."""
    return stream(experiment, SPLIT)


def fit(
    network: nn.Module, loss_of_batch: Callable[[], Tensor], outputs: Callable[[], pd.DataFrame], job: Job, rate: float
) -> pd.DataFrame:
    """Train in place, and keep the outputs on held-out examples at the checkpoints.

    Adam (Kingma and Ba 2015) with the betas of Vaswani et al. (2017), gradients clipped to norm 1.

    Args:
        network: whose parameters are changed.
        loss_of_batch: draws a batch and returns its loss, a scalar.
        outputs: what the network gives on the held-out examples, one row per example.
        job: which network.
        rate: the peak of the learning rate; `pace` says what share of it each step takes.

    Returns:
        The outputs of every checkpoint, with `step` and `parameters`.
    """
    steps = job.recipe.steps
    kept_after = {max(1, round(share * steps)) for share in CHECKPOINTS}
    optimiser = torch.optim.Adam(network.parameters(), lr=rate, betas=BETAS)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: pace(step, steps))
    kept = []
    for step in range(1, steps + 1):
        optimiser.zero_grad()
        loss_of_batch().backward()
        nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimiser.step()
        schedule.step()
        if step in kept_after:
            with torch.no_grad():
                kept.append(outputs().assign(step=step))
    return pd.concat(kept, ignore_index=True).assign(parameters=count_parameters(network))


def pace(step: int, steps: int) -> float:
    """Learning rate over its peak: a linear rise over the first steps, then half a cosine down to zero."""
    return min(1.0, (step + 1) / (WARM_UP * steps)) * (1 + math.cos(math.pi * step / steps)) / 2


def count_parameters(network: nn.Module) -> int:
    """Trained numbers of a network."""
    return sum(parameter.numel() for parameter in network.parameters())
