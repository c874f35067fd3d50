"""Transformers that name the digits of a sequence one after the other; the dimension of their embeddings is the size.

The paper's are trained on Omniglot, whose letters no package ships; these see five MNIST images. Each image is followed
by its label, as in the paper, and a label is predicted at its image, which sees all images and labels before it.
"""

import math

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pipeline.studies.networks import mnist
from pipeline.studies.networks.plan import LENGTHS, Job
from pipeline.studies.networks.training.loop import fit, seeded, split_stream

CLASSES, LENGTH = 10, max(LENGTHS)
# Means of blocks of 4 by 4 pixels: enough to tell the digits, and a sixteenth of the work.
BLOCK = 4
CELLS = (mnist.SIDE // BLOCK) ** 2


class Reader(nn.Module):
    """One block of masked attention and a multilayer perceptron over images and labels in turn.

    Args:
        dimension: of the embeddings; the perceptron has four times as many units.
    """

    mask: Tensor

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.image = nn.Linear(CELLS, dimension)
        self.label = nn.Embedding(CLASSES, dimension)
        self.place = nn.Embedding(2 * LENGTH, dimension)
        self.block = nn.TransformerEncoderLayer(
            dimension, 1, 4 * dimension, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(dimension)
        self.readout = nn.Linear(dimension, CLASSES)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(2 * LENGTH))

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        """Logits of each image's label: images (n, 5, 49) and labels (n, 5) to (n, 5, 10)."""
        pairs = torch.stack([self.image(images), self.label(labels)], dim=2)
        hidden = pairs.flatten(1, 2) + self.place.weight
        logits: Tensor = self.readout(self.norm(self.block(hidden, src_mask=self.mask, is_causal=True)))[:, ::2]
        return logits


def train(job: Job, data: mnist.Mnist) -> pd.DataFrame:
    """Train one network on sequences drawn afresh, and let it name those of test images at the checkpoints.

    Returns:
        One row per checkpoint, sequence and place: `step`, `parameters`, `place` (from 0), `is_right`, `loss` (nats).
    """
    images, labels = torch.from_numpy(_means(data.train_images)), torch.from_numpy(data.train_labels)
    test = np.random.default_rng(split_stream(job.experiment)).integers(
        len(data.test_labels), size=(job.recipe.n_test, LENGTH)
    )
    test_images = torch.from_numpy(_means(data.test_images)[test])
    test_labels = torch.from_numpy(data.test_labels[test])
    rng = seeded(job)
    network = Reader(job.size)

    def loss_of_batch() -> Tensor:
        batch = torch.from_numpy(rng.integers(len(images), size=(job.recipe.batch, LENGTH)))
        logits = network(images[batch], labels[batch])
        return nn.functional.cross_entropy(logits.flatten(end_dim=1), labels[batch].flatten())

    def outputs() -> pd.DataFrame:
        logits = network(test_images, test_labels).flatten(end_dim=1)
        flat = test_labels.flatten()
        return pd.DataFrame(
            {
                "place": np.tile(np.arange(LENGTH, dtype=np.int8), len(test)),
                "is_right": (logits.argmax(dim=1) == flat).numpy(),
                "loss": nn.functional.cross_entropy(logits, flat, reduction="none").numpy(),
            }
        )

    return fit(network, loss_of_batch, outputs, job, job.recipe.learning_rate / math.sqrt(job.size))


def _means(images: np.ndarray) -> np.ndarray:
    blocks = images.reshape(len(images), mnist.SIDE // BLOCK, BLOCK, mnist.SIDE // BLOCK, BLOCK)
    means: np.ndarray = blocks.mean(axis=(2, 4)).reshape(len(images), CELLS)
    return means
