"""What is trained, and what would count as sharpening: written down before the first full run.

**Question.** Does a metric that wants several outputs right at once, or an error below a cutoff, make the progress of
the same networks look sharper, as section 5 of Schaeffer et al. (2023) says?

**Outcome.** For each seed and metric the scores rise along the sizes. Their monotone fit (isotonic regression) passes
10, 50 and 90 % of the way from its lowest to its highest value at t10, t50 and t90, in octaves of the size (linear
interpolation in log2). The width is t90 - t10, the midpoint t50. Of one seed's networks, two metrics see the same
outputs, so their widths and
midpoints are compared seed by seed:

    sharpening = log2(width of the sharp metric / width of the smooth one)
    shift      = difference of midpoints, in octaves

with the mean over seeds and its bias-corrected bootstrap interval (BCa) over seeds. A power of the size, parameters in
place of channels, multiplies all widths by one number: sharpening does not depend on which size is taken, shift does.
With five to eight seeds such intervals undercover: of normal differences a nominal 95 % interval holds the mean in 85 %
(five) to 88 % (eight) of cases, so one that just excludes 0 is weak evidence.

**What supports the claim**: sharpening below 0 with an interval that excludes 0, in the primary pair of an experiment.
**What contradicts it**: an interval above 0, or one around 0 that excludes -1 (half the width). A shift alone is no
sharpening. It is what theory expects of K right out of K: if the error of one output falls as a power of the size, then
K in a row are right with probability about exp(-K c N^-a), which is the same curve further right, not a steeper one.

**Secondary**: the other pairs; E and its status under the published convention, of the mean over seeds; the largest
step's share of the range over sizes, against the largest between checkpoints of the largest networks (sudden in size,
gradual in training); whether the seeds of one size split in two (Zhao et al. 2025): a gap in their
sorted scores wider than half the curve's range, at the size next to the midpoint. **Controls**: log-loss, and E of an
exact straight line on the same sizes.

**What limits the outcome**: a transition within one step of the grid has a width that the grid sets; a curve that
starts above 10 % or still rises at the end has a width that its ends set. Both are counted and printed.

Every network of an experiment has one recipe, whatever its size; no run stops early and none is left out. Pilots of
one network per size, on a seed that is not among the plan's, chose sizes, rates and numbers of steps.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SEED = 2304_15004
IMAGES, AUTOENCODERS, SEQUENCES, ADDITION = "images", "autoencoders", "sequences", "addition"
# A random stream must not depend on the order in which the experiments are listed.
STREAMS = {IMAGES: 1, AUTOENCODERS: 2, ADDITION: 3, SEQUENCES: 4}
# Outputs are kept after these shares of the training steps, the last of them at its end.
CHECKPOINTS = tuple(2.0**-power for power in range(4, -1, -1))


@dataclass(frozen=True)
class Recipe:
    """How each network of an experiment is trained, whatever its size.

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
    """A family of networks that differ in one number, the size.

    Attributes:
        name: one of `STREAMS`.
        scale: what the number is.
        sizes: its values, rising.
        seeds: networks of each size; a seed draws the initial weights and the batches.
        recipe: the training that they share.
    """

    name: str
    scale: str
    sizes: tuple[int, ...]
    seeds: int
    recipe: Recipe

    def jobs(self) -> Iterator["Job"]:
        """One job per network, the largest first, because they take longest."""
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
        """Where its outputs lie; another recipe or other training code (a hash) gives another place."""
        key = hashlib.sha256(f"{self.recipe} {code}".encode()).hexdigest()[:12]
        return folder / self.experiment / key / f"{self.size:03d}-seed-{self.seed}.parquet"


def stream(experiment: str, purpose: int, *numbers: int) -> np.random.SeedSequence:
    """The random stream of one purpose of one experiment: independent of every other, and of the order of work."""
    return np.random.SeedSequence(SEED, spawn_key=(STREAMS[experiment], purpose, *numbers))


# Images of a sequence that must be right together.
LENGTHS = (1, 3, 5)
N_TEST_IMAGES = 10_000
LENET_WIDTHS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64)
BOTTLENECKS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
FULL = (
    # First, because its networks take longest.
    Experiment(ADDITION, "dimension", (4, 6, 8, 10, 12, 16, 20, 24), 5, Recipe(2_000, 128, 0.03, 2_000)),
    Experiment(SEQUENCES, "dimension", (2, 4, 6, 8, 12, 16, 24, 32), 8, Recipe(800, 64, 0.03, 2_000)),
    Experiment(IMAGES, "channels", LENET_WIDTHS, 6, Recipe(469, 128, 0.003, N_TEST_IMAGES)),
    Experiment(AUTOENCODERS, "bottleneck", BOTTLENECKS, 6, Recipe(1_400, 128, 0.01, N_TEST_IMAGES)),
)
# The same code on a few small networks that are trained for a moment: a test of the path, not of the question.
QUICK = (
    Experiment(ADDITION, "dimension", (4, 8, 16), 2, Recipe(128, 64, 0.03, 200)),
    Experiment(SEQUENCES, "dimension", (2, 8, 16), 2, Recipe(64, 32, 0.03, 200)),
    Experiment(IMAGES, "channels", (1, 2, 4), 2, Recipe(64, 64, 0.003, 1_000)),
    Experiment(AUTOENCODERS, "bottleneck", (1, 8, 64), 2, Recipe(64, 64, 0.003, 1_000)),
)
