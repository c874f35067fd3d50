"""Outputs of one network -> its scores at every checkpoint. No torch: only what was kept is read."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.studies.networks.metrics import CUTOFFS, GROUP_SIZES
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, LENGTHS, SEQUENCES, Job

TEN = 10
Scores = dict[str, float]


def score(job: Job, outputs: pd.DataFrame) -> pd.DataFrame:
    """Every score of one network at every checkpoint.

    Returns:
        `experiment`, `metric`, `size`, `parameters`, `seed`, `step`, `score`, in the metric's own direction.
    """
    rows = [
        (job.experiment, metric, job.size, int(own["parameters"].iloc[0]), job.seed, step, value)
        for step, own in outputs.groupby("step")
        for metric, value in SCORERS[job.experiment](own).items()
    ]
    return pd.DataFrame(rows, columns=["experiment", "metric", "size", "parameters", "seed", "step", "score"])


def subset_accuracy(correct: int, total: int, group_size: int) -> float:
    """Share of all groups of K different images in which every image is right: C(correct, K) / C(total, K).

    It is the unbiased estimate of p^K for images drawn independently, each right with probability p.

    Args:
        correct: images named rightly.
        total: test images, at least `group_size`.
        group_size: K, at least 1.

    Raises:
        ValueError: there are no such groups.
    """
    if not 1 <= group_size <= total or not 0 <= correct <= total:
        raise ValueError(f"no groups of {group_size} among {correct} right of {total}")
    factors = (correct - np.arange(group_size)) / (total - np.arange(group_size))
    return float(np.prod(np.maximum(factors, 0.0)))


def score_images(outputs: pd.DataFrame) -> Scores:
    """Log-loss, accuracy, subset accuracy over all groups, and over a thousand groups of ten as in the paper."""
    is_right = outputs["is_right"].to_numpy()
    correct, total = int(is_right.sum()), len(is_right)
    groups = is_right[: total // TEN * TEN].reshape(-1, TEN)
    return {
        "log_loss": float(outputs["loss"].mean()),
        "accuracy": correct / total,
        **{f"subset_accuracy_{size}": subset_accuracy(correct, total, size) for size in GROUP_SIZES},
        "groups_of_10": float(groups.all(axis=1).mean()),
    }


def score_autoencoders(outputs: pd.DataFrame) -> Scores:
    """Mean squared error, and Reconstruction_c, the share of images with a squared error below c."""
    squared_error = outputs["squared_error"]
    return {
        "mean_squared_error": float(squared_error.mean()),
        **{f"reconstruction_{name}": float((squared_error < cutoff).mean()) for name, cutoff in CUTOFFS.items()},
    }


def score_sequences(outputs: pd.DataFrame) -> Scores:
    """Log-loss and accuracy of an image, and the share of sequences whose first L images are all right."""
    is_right = outputs["is_right"].to_numpy().reshape(-1, max(LENGTHS))
    return {
        "log_loss": float(outputs["loss"].mean()),
        "image_accuracy": float(is_right.mean()),
        **{f"all_of_{length}": float(is_right[:, :length].all(axis=1).mean()) for length in LENGTHS[1:]},
    }


def score_addition(outputs: pd.DataFrame) -> Scores:
    """Log-loss, digits in their places, token edit distance (Levenshtein), and exact match."""
    targets, answers = outputs["target"].tolist(), outputs["answer"].tolist()
    distances = process.cpdist(answers, targets, scorer=Levenshtein.distance)
    digits = np.array([list(text) for text in targets]) == np.array([list(text) for text in answers])
    return {
        "log_loss": float(outputs["loss"].mean()),
        "digit_accuracy": float(digits.mean()),
        "token_edit_distance": float(distances.mean()),
        "exact_match": float((distances == 0).mean()),
    }


SCORERS: Mapping[str, Callable[[pd.DataFrame], Scores]] = {
    IMAGES: score_images,
    AUTOENCODERS: score_autoencoders,
    SEQUENCES: score_sequences,
    ADDITION: score_addition,
}
