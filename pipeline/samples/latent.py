"""R: how much alike two models find the same examples hard, by the definition of the smooth worlds.

Model k answers example i right where x_ik = sqrt(r) z_i + sqrt(1 - r) e_ik < Phi^-1(p_k), with normal z and e
(pipeline/curve_tests/scenarios.py). So x of two models is normal with correlation r, of which only the signs are seen:
their tetrachoric correlation. Two models that err on opposite examples have a negative one, which no z_i can give.

The estimate is the maximum of the likelihood of the four counts, both right, one right, none right: there the observed
shares are matched exactly. The interval holds each r that a likelihood-ratio test, with both p fitted anew, does not
reject.
"""

from collections.abc import Callable
from math import asin, erfc, exp, pi, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from pipeline.samples.paired import Values, both

LEVEL = 0.95
LARGEST = 0.999
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
LEAST = 1e-100
STEPS, CLOSE = 60, 1e-7
Floats = npt.NDArray[np.float64]


class Correlation(NamedTuple):
    """R with its interval; NaN and (-1, 1) where a model answers everything or nothing right."""

    n: int
    r: float
    low: float
    high: float


def correlate(first: Values, second: Values, level: float = LEVEL) -> Correlation:
    """Estimate r from the correctness of two models on the same examples.

    Args:
        first: (n,), 0 or 1.
        second: (n,); a pair with a NaN is left out.
        level: of the interval.

    Raises:
        ValueError: the arrays have different lengths, or a value is neither 0 nor 1.
    """
    one, other = both(first, second)
    if not (np.isin(one, (0, 1)).all() and np.isin(other, (0, 1)).all()):
        raise ValueError("correctness is 0 or 1")
    n = len(one)
    counts = np.array([((one == i) & (other == j)).sum() for i, j in ((1, 1), (1, 0), (0, 1), (0, 0))], float)
    right = np.array([one.sum(), other.sum()])
    if not n or (right == 0).any() or (right == n).any():
        return Correlation(n, np.nan, -1.0, 1.0)
    h, k = (float(bar) for bar in special.ndtri(right / n))
    r = _root(lambda at: both_right(h, k, at) - float(counts[0]) / n, -LARGEST, LARGEST)
    least = _fit(counts, h, k, r) - float(stats.chi2.ppf(level, 1)) / 2

    def kept(at: float) -> float:
        return _fit(counts, h, k, at) - least

    low = -1.0 if kept(-LARGEST) > 0 else _root(kept, -LARGEST, r)
    high = 1.0 if kept(LARGEST) > 0 else _root(lambda at: -kept(at), r, LARGEST)
    return Correlation(n, r, low, high)


def both_right(h: float, k: float, r: float) -> float:
    """P(x < h, y < k) of normal x and y with correlation r.

    Phi(h) Phi(k) + 1 / (2 pi) * the integral from 0 to asin(r) of exp(-(h^2 + k^2 - 2 h k sin t) / (2 cos^2 t)) dt
    (Drezner and Wesolowsky 1990), by Gauss's rule.
    """
    end = asin(r) / 2
    sine = np.sin(end * (NODES + 1))
    inner = np.exp((h * k * sine - (h * h + k * k) / 2) / (1 - sine * sine))
    return _share(h) * _share(k) + end * float(WEIGHTS @ inner) / (2 * pi)


def _fit(counts: Floats, h: float, k: float, r: float) -> float:
    """The largest log-likelihood at r, over both bars, which are searched from h and k on (Fisher scoring)."""
    best = -np.inf
    step, size = np.zeros(2), 1.0
    for _ in range(STEPS):
        cells, changes = _cells(h + size * step[0], k + size * step[1], r)
        found = float((counts * np.log(cells)).sum())
        if not found >= best:
            size /= 2
            continue
        h, k, gain, best = h + size * step[0], k + size * step[1], found - best, found
        if gain < CLOSE:
            break
        slope = (changes * (counts / cells)).sum(axis=1)
        (a, b), (_, d) = counts.sum() * ((changes / cells)[:, None] * changes).sum(axis=2)
        step = np.array([d * slope[0] - b * slope[1], a * slope[1] - b * slope[0]]) / max(a * d - b * b, LEAST)
        # No further than one standard deviation: where a cell is all but impossible, the steps would be huge.
        step, size = step / max(1.0, float(np.abs(step).max())), 1.0
    return best


def _cells(h: float, k: float, r: float) -> tuple[Floats, Floats]:
    """Probabilities of both right, the first alone, the second alone and none, (4,), and their slopes, (2, 4)."""
    spread = sqrt(1 - r * r)
    together, p, q = both_right(h, k, r), _share(h), _share(k)
    cells = np.maximum([together, p - together, q - together, 1 - p - q + together], LEAST)
    of_p, of_q = _density(h), _density(k)
    of_h, of_k = of_p * _share((k - r * h) / spread), of_q * _share((h - r * k) / spread)
    return cells, np.array([[of_h, of_p - of_h, -of_h, of_h - of_p], [of_k, -of_k, of_q - of_k, of_k - of_q]])


def _share(x: float) -> float:
    return erfc(-x / sqrt(2)) / 2


def _density(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)


def _root(rises: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is 0, or the end that is nearer to it."""
    if rises(low) >= 0:
        return low
    if rises(high) <= 0:
        return high
    return float(optimize.brentq(rises, low, high, xtol=1e-5))
