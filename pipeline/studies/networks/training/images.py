"""Convolutional networks that name handwritten digits; their width is the scale."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from pipeline.studies.networks.plan import Job
from pipeline.studies.networks.training import digits
from pipeline.studies.networks.training.loop import count_parameters, fit, seeded, split_stream

CLASSES = 10


def build(width: int) -> nn.Sequential:
    """A LeNet for images of 8 by 8 (after LeCun et al. 1998): convolutions, mean pooling, dense layers, tanh.

    Args:
        width: channels of the first convolution and units of the dense layer; the second convolution has twice as many.
    """
    return nn.Sequential(
        nn.Conv2d(1, width, kernel_size=3, padding=1),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(width, 2 * width, kernel_size=3, padding=1),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * width, width),
        nn.Tanh(),
        nn.Linear(width, CLASSES),
    )


def train(job: Job) -> pd.DataFrame:
    """Train one network and let it name the test images.

    Returns:
        One row a test image: `parameters`, `label`, `predicted`.
    """
    train_images, test_images, train_labels, test_labels = digits.split(split_stream(job), job.recipe.n_test)
    images, labels = torch.from_numpy(train_images[:, None]), torch.from_numpy(train_labels)
    rng = seeded(job)
    network = build(job.size)

    def loss_of_batch() -> torch.Tensor:
        batch = torch.from_numpy(rng.integers(len(images), size=job.recipe.batch))
        return nn.functional.cross_entropy(network(images[batch]), labels[batch])

    fit(network, loss_of_batch, job.recipe.steps, job.recipe.learning_rate)
    with torch.no_grad():
        predicted = network(torch.from_numpy(test_images[:, None])).argmax(dim=1).numpy()
    return pd.DataFrame(
        {
            "parameters": np.int64(count_parameters(network)),
            "label": test_labels.astype(np.int64),
            "predicted": predicted.astype(np.int64),
        }
    )
