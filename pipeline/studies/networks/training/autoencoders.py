"""Shallow autoencoders of handwritten digits; their bottleneck is the scale."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from pipeline.studies.networks.plan import Job
from pipeline.studies.networks.training import digits
from pipeline.studies.networks.training.loop import count_parameters, fit, seeded, split_stream

PIXELS = digits.SIDE**2


def build(bottleneck: int) -> nn.Sequential:
    """One hidden layer: 64 pixels to `bottleneck` numbers and back, pixels through a sigmoid."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(PIXELS, bottleneck), nn.Tanh(), nn.Linear(bottleneck, PIXELS), nn.Sigmoid()
    )


def train(job: Job) -> pd.DataFrame:
    """Train one network and let it reconstruct the test images.

    Returns:
        One row a test image: `parameters`, `squared_error`, summed over the 64 pixels (each from 0 to 1).
    """
    train_images, test_images, _, _ = digits.split(split_stream(job), job.recipe.n_test)
    images = torch.from_numpy(train_images)
    rng = seeded(job)
    network = build(job.size)

    def loss_of_batch() -> torch.Tensor:
        batch = images[torch.from_numpy(rng.integers(len(images), size=job.recipe.batch))]
        return _squared_error(network, batch).mean()

    fit(network, loss_of_batch, job.recipe.steps, job.recipe.learning_rate)
    with torch.no_grad():
        squared_error = _squared_error(network, torch.from_numpy(test_images)).double().numpy()
    return pd.DataFrame({"parameters": np.int64(count_parameters(network)), "squared_error": squared_error})


def _squared_error(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    errors: torch.Tensor = (network(images) - images.flatten(start_dim=1)).square().sum(dim=1)
    return errors
