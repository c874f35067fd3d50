"""The emergence score E and the conventions on arrays."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def emergence_score(scores: Floats) -> Floats:
    """E of curves, in the shape of `scores` without its last axis.

    E = sign(argmax y - argmin y) (max y - min y) / sqrt(median((y[i] - y[i-1])^2)); the first of tied extremes counts.
    A flat curve has 0, as in every convention; one whose median step is 0 has plus or minus infinity.

    Args:
        scores: finite, shape (..., scales), two or more scales in the order of scale. Counts of the same n have the E
            of their scores.

    Source: Schaeffer, Miranda and Koyejo 2023, sec. 4; the same as sql/curves/curve_emergence.sql, which the tests
    compare with it.
    """
    steps = np.sort(np.abs(np.diff(scores, axis=-1)), axis=-1)
    number = steps.shape[-1]
    low, high = (steps[..., place].astype(float) for place in ((number - 1) // 2, number // 2))
    median_step = np.sqrt((low**2 + high**2) / 2)
    span = np.ptp(scores, axis=-1)
    sign = np.sign(scores.argmax(axis=-1) - scores.argmin(axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(span > 0, sign * span / median_step, 0.0)


def is_emergent(scores: Floats, threshold: float, *, is_absolute: bool, keeps_infinite: bool) -> Booleans:
    """Whether each E in `scores` (any shape) exceeds the threshold: sql/macros/convention_value.sql, on arrays."""
    values = np.abs(scores) if is_absolute else scores
    return np.asarray((values > threshold) & (np.isfinite(scores) | keeps_infinite))
