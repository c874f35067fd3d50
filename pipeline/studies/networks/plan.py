"""What is trained: which sizes, which seeds, for how long. Decided after the pilots that the comments tell of."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SEED = 2304_15004
IMAGES, AUTOENCODERS, ADDITION = "images", "autoencoders", "addition"
# A random stream must not depend on the order in which the experiments are listed.
STREAMS = {IMAGES: 1, AUTOENCODERS: 2, ADDITION: 3}


@dataclass(frozen=True)
class Recipe:
    """How each network of an experiment is trained, whatever its size; none stops early.

    Attributes:
        steps: number of batches.
        batch: examples in a batch.
        learning_rate: its peak; for transformers, times the root of the dimension.
        n_test: held-out examples.
    """

    steps: int
    batch: int
    learning_rate: float
    n_test: int


@dataclass(frozen=True)
class Experiment:
    """A family of networks that differ in one number, the scale.

    Attributes:
        name: one of `STREAMS`.
        scale: what the number is.
        sizes: its values, rising.
        seeds: networks of each size; a seed draws the split, the initial weights and the batches.
        recipe: the training that they share.
    """

    name: str
    scale: str
    sizes: tuple[int, ...]
    seeds: int
    recipe: Recipe

    def jobs(self) -> Iterator["Job"]:
        """One job a network, the largest first, because they take longest."""
        for size in reversed(self.sizes):
            for seed in range(self.seeds):
                yield Job(self.name, size, seed, self.recipe)


@dataclass(frozen=True)
class Job:
    """One network to train: the unit of work, and of what is kept."""

    experiment: str
    size: int
    seed: int
    recipe: Recipe

    def path(self, folder: Path, code: str) -> Path:
        """Where its outcomes lie; another recipe or other training code (a hash) gives another place."""
        key = hashlib.sha256(f"{self.recipe} {code}".encode()).hexdigest()[:12]
        return folder / self.experiment / key / f"{self.size:03d}-seed-{self.seed}.parquet"


def stream(experiment: str, purpose: int, *numbers: int) -> np.random.SeedSequence:
    """The random stream of one purpose of one experiment: independent of every other, and of the order of work."""
    return np.random.SeedSequence(SEED, spawn_key=(STREAMS[experiment], purpose, *numbers))


# Half an octave a step, as far as whole numbers allow.
WIDTHS = (1, 2, 3, 4, 5, 6, 8, 11, 16, 23, 32, 45, 64)
N_TEST_IMAGES = 797

FULL = (
    # First, because its networks take longest. Pilots of one to three runs a size chose sizes and steps. A first full
    # run drew its training sums uniformly (`sums.draw`); half of its networks of dimension 12 to 32 learned next to
    # nothing, at random, so that size did not separate them. The draw was changed for that, and seeds were added; the
    # rule of jumps was not.
    Experiment(ADDITION, "dimension", (2, 4, 6, 8, 10, 12, 16, 20, 24), 7, Recipe(3_000, 128, 0.03, 10_000)),
    Experiment(IMAGES, "width", WIDTHS, 5, Recipe(1_000, 32, 0.003, N_TEST_IMAGES)),
    Experiment(AUTOENCODERS, "bottleneck", WIDTHS, 5, Recipe(3_000, 64, 0.01, N_TEST_IMAGES)),
)
# The same code on a few small networks that are trained for a moment: a test of the path, not of the question.
QUICK = (
    Experiment(ADDITION, "dimension", (4, 8, 16), 2, Recipe(150, 64, 0.03, 1_000)),
    Experiment(IMAGES, "width", (1, 2, 4, 8), 2, Recipe(200, 32, 0.003, N_TEST_IMAGES)),
    Experiment(AUTOENCODERS, "bottleneck", (1, 4, 16, 64), 2, Recipe(200, 64, 0.01, N_TEST_IMAGES)),
)
