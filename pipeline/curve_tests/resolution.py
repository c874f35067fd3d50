"""What a test set of n examples can show: expected counts, and whether the zeros are those that the fit predicts."""

from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.beta_binomial import distribution
from pipeline.curve_tests.model import Curves, Floats, probability


class Zeros(NamedTuple):
    """`expected_counts` (curves, scales); zero scores seen and expected, and the mid-p of so many or more (curves,)."""

    expected_counts: Floats
    seen: Floats
    expected: Floats
    p: Floats


def zeros(curves: Curves, eta: Floats, rho: Floats) -> Zeros:
    """The zeros of each curve against the power law's: sum of P(Y = 0) over scales, and its distribution.

    The number of zeros is Poisson-binomial, from a product of (1 - z + z t) over scales; the fit is plugged in, which
    makes the mid-p conservative.
    """
    p = probability(eta, curves.chance[:, None])
    chance_of_zero = np.stack(
        [distribution(row, int(n[0]), np.full(len(row), r))[:, 0] for row, n, r in zip(p, curves.n, rho, strict=True)]
    )
    number = np.zeros((len(p), p.shape[1] + 1))
    number[:, 0] = 1.0
    for z in chance_of_zero.T:
        shifted = np.pad(number[:, :-1], ((0, 0), (1, 0)))
        number = number * (1 - z[:, None]) + shifted * z[:, None]
    seen = (curves.counts == 0).sum(axis=1)
    rows = np.arange(len(p))
    above = number[:, ::-1].cumsum(axis=1)[:, ::-1][rows, seen]
    tail = np.clip(above - number[rows, seen] / 2, 0.0, 1.0)
    return Zeros(curves.n * p, seen.astype(float), chance_of_zero.sum(axis=1), tail)
