"""Outcomes of one network -> its scores, one row per metric and test size. No torch: only what was kept is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from rapidfuzz.distance import Levenshtein

from pipeline.studies.networks import subset, sums
from pipeline.studies.networks.metrics import (
    CUTOFFS,
    EXPECTED,
    GROUP_SIZES,
    GROUPS,
    SAMPLED,
    reconstruction,
    subset_accuracy,
)
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, Job, stream

RESAMPLING = 3
# From too small to see an accuracy below one in fifty, to large enough to see one in ten thousand.
TEST_SIZES = (50, 200, 1_000, 10_000)


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes:
        metric: its name.
        estimator: `sampled`, over drawn examples or groups, or `expected`, over every group there is.
        test_size: examples (or groups) behind it.
        score: its value in the metric's own direction.
        standard_error: of the mean over the examples or groups; for groups, the error of the resampling alone.
    """

    metric: str
    estimator: str
    test_size: int
    score: float
    standard_error: float


def score(job: Job, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Every score of one network.

    Args:
        job: which network.
        outcomes: what its trainer returned.

    Returns:
        `experiment`, `metric`, `estimator`, `test_size`, `size`, `parameters`, `seed`, `score`, `standard_error`.
    """
    frame = pd.DataFrame([asdict(row) for row in SCORERS[job.experiment](job, outcomes)])
    frame.insert(0, "experiment", job.experiment)
    frame.insert(4, "size", job.size)
    frame.insert(5, "parameters", outcomes["parameters"].iloc[0])
    frame.insert(6, "seed", job.seed)
    return frame


def score_images(job: Job, outcomes: pd.DataFrame) -> Iterator[Score]:
    """Accuracy and subset accuracy, over every group and over drawn groups."""
    is_correct = (outcomes["label"] == outcomes["predicted"]).to_numpy()
    correct, total = int(is_correct.sum()), len(is_correct)
    rng = np.random.default_rng(stream(job.experiment, RESAMPLING, job.size, job.seed))
    for size in GROUP_SIZES:
        exact, error = subset.expected(correct, total, size), subset.expected_error(correct, total, size)
        yield Score(subset_accuracy(size), EXPECTED, total, exact, error)
        yield _mean(subset_accuracy(size), subset.resampled(is_correct, size, GROUPS, rng))


def score_autoencoders(job: Job, outcomes: pd.DataFrame) -> Iterator[Score]:  # noqa: ARG001 - scorers are alike
    """Mean squared error, per image and summed over pixels, and Reconstruction_c, the share of images below c."""
    squared_error = outcomes["squared_error"].to_numpy()
    yield _mean("mean_squared_error", squared_error)
    for cutoff in CUTOFFS:
        yield _mean(reconstruction(cutoff), squared_error < cutoff)


def score_addition(job: Job, outcomes: pd.DataFrame) -> Iterator[Score]:  # noqa: ARG001 - scorers are alike
    """Exact match, digits in their places, and token edit distance, on the first n held-out sums for several n."""
    targets, answers = outcomes["target"].to_list(), outcomes["answer"].to_list()
    distances = edit_distances(targets, answers)
    digits = digit_accuracies(targets, answers)
    for test_size in (size for size in TEST_SIZES if size <= len(targets)):
        yield _mean("token_edit_distance", distances[:test_size])
        yield _mean("digit_accuracy", digits[:test_size])
        yield _mean("exact_match", distances[:test_size] == 0)


def edit_distances(targets: list[str], answers: list[str]) -> np.ndarray:
    """Levenshtein distance of each answer from its target, in tokens; shape (n,)."""
    pairs = zip(targets, answers, strict=True)
    return np.array([Levenshtein.distance(target, answer) for target, answer in pairs], dtype=float)


def digit_accuracies(targets: list[str], answers: list[str]) -> np.ndarray:
    """Share of each target's digits that its answer has in the same place; shape (n,)."""
    right = [
        [a == b for a, b in zip(target, answer, strict=True)] for target, answer in zip(targets, answers, strict=True)
    ]
    shares: np.ndarray = np.array(right, dtype=float).reshape(-1, sums.ANSWER).mean(axis=1)
    return shares


def _mean(metric: str, values: np.ndarray) -> Score:
    """A mean with its standard error, the root of (variance over n); proportions get sqrt(p (1-p) / n)."""
    return Score(metric, SAMPLED, len(values), float(values.mean()), float(values.std() / np.sqrt(len(values))))


SCORERS: Mapping[str, Callable[[Job, pd.DataFrame], Iterator[Score]]] = {
    IMAGES: score_images,
    AUTOENCODERS: score_autoencoders,
    ADDITION: score_addition,
}
