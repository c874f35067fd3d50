"""Subset accuracy: K images count as right only if all K are (Schaeffer et al. 2023, section 5)."""

import numpy as np


def expected(correct: int, total: int, group_size: int) -> float:
    """Mean over every group of `group_size` different images: C(correct, K) / C(total, K).

    It is the probability that a hypergeometric draw has no wrong image, and the unbiased estimate of p^K for images
    drawn independently, each right with probability p.

    Args:
        correct: images named rightly.
        total: test images, at least `group_size`.
        group_size: K, at least 1.
    """
    if not 1 <= group_size <= total or not 0 <= correct <= total:
        raise ValueError(f"no groups of {group_size} among {correct} right of {total}")
    factors = (correct - np.arange(group_size)) / (total - np.arange(group_size))
    return float(np.prod(np.maximum(factors, 0.0)))


def expected_error(correct: int, total: int, group_size: int) -> float:
    """Standard error of `expected` over test sets: K p^(K-1) sqrt(p (1-p) / n), by the delta method."""
    share = correct / total
    return float(group_size * share ** (group_size - 1) * np.sqrt(share * (1 - share) / total))


def resampled(is_correct: np.ndarray, group_size: int, groups: int, rng: np.random.Generator) -> np.ndarray:
    """Whether all images of a random group are right, for many groups.

    Args:
        is_correct: shape (n,), of booleans.
        group_size: K; the images of one group differ, groups may share images.
        groups: number of groups.
        rng: draws them.

    Returns:
        Shape (groups,), of booleans. Their mean has the resampling error sqrt(s (1-s) / groups) about `expected`,
        which says nothing of the error that the test images themselves bring.
    """
    total = len(is_correct)
    # The first K of a random order, for every group: argpartition of uniform numbers is a draw without replacement.
    chosen = np.argpartition(rng.random((groups, total)), group_size - 1, axis=1)[:, :group_size]
    return np.asarray(is_correct[chosen].all(axis=1))
