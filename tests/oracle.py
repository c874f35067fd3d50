"""What tests hold the pipeline's numbers against, written down once more from the definitions, one curve at a time."""

import math

import numpy as np


def emergence_score(points) -> float:
    """The formula of the README, by its letter; NaN where E is undefined, infinite where the median step is zero."""
    y = np.asarray(points, float)
    span = y.max() - y.min()
    if len(y) < 2 or not math.isfinite(span) or span == 0:
        return math.nan
    median_step = math.sqrt(np.median(np.diff(y) ** 2))
    direction = math.copysign(1, y.argmax() - y.argmin())
    return float(direction * span / median_step) if median_step else direction * math.inf


def status(points) -> str:
    """The status of a curve, the first that applies."""
    y = np.asarray(points, float)
    if len(y) == 1:
        return "single"
    if not np.isfinite(y).all():
        return "invalid"
    if y.max() == y.min():
        return "flat"
    return "finite" if math.isfinite(emergence_score(y)) else "infinite"
