"""Autoencoders with one hidden layer; its units are the size."""

import pandas as pd
import torch
from torch import nn

from pipeline.studies.networks import mnist
from pipeline.studies.networks.plan import Job
from pipeline.studies.networks.training.loop import fit, seeded

PIXELS = mnist.SIDE**2


def build(bottleneck: int) -> nn.Sequential:
    """All pixels to a few units and back: linear, tanh, linear, sigmoid."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(PIXELS, bottleneck), nn.Tanh(), nn.Linear(bottleneck, PIXELS), nn.Sigmoid()
    )


def train(job: Job, data: mnist.Mnist) -> pd.DataFrame:
    """Train one network and let it reconstruct the test images at the checkpoints.

    Returns:
        One row per checkpoint and test image: `step`, `parameters`, `squared_error`, summed over 784 pixels from 0 to
        1.
    """
    images = torch.from_numpy(data.train_images)
    test_images = torch.from_numpy(data.test_images[: job.recipe.n_test])
    rng = seeded(job)
    network = build(job.size)

    def loss_of_batch() -> torch.Tensor:
        batch = torch.from_numpy(rng.integers(len(images), size=job.recipe.batch))
        return _squared_error(network, images[batch]).mean()

    def outputs() -> pd.DataFrame:
        return pd.DataFrame({"squared_error": _squared_error(network, test_images).numpy()})

    return fit(network, loss_of_batch, outputs, job, job.recipe.learning_rate)


def _squared_error(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    errors: torch.Tensor = (network(images) - images.flatten(start_dim=1)).square().sum(dim=1)
    return errors
