"""The smooth model of a curve and its likelihood, in scalar code that numba compiles.

    p = g + (c - g) h(eta),    eta = a + alpha x,    x = log N, centred in each curve

`g` is the chance level of a multiple choice (0 for a free answer) and `c` the ceiling (1 but for one scenario). With
h = exp(-exp(eta)) this is the power law of Schaeffer et al. (2023, section 2): the cross-entropy of a token falls as
(N/c)^alpha, alpha < 0, a target of L tokens is right with p^L, and log(-log p) is a line in log N whose slope is alpha,
whatever L is. The other shapes are those of scenarios. p falls as eta rises, for all of them.

A count y of n test examples is beta-binomial: mean n p, variance n p (1 - p) (1 + (n - 1) rho), with rho the
correlation of two examples. With step = rho / (1 - rho), up to a constant,

    log L = sum_{i<y} log(p + i step) + sum_{i<n-y} log(1 - p + i step)

rho = 0 is the binomial.
"""

import math
import os
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt

from pipeline.core import freshness

Floats = npt.NDArray[np.float64]

# numba keeps compiled code until the file of a kernel changes, and does not see that one which it calls did. So what is
# compiled of each state of all kernels has a folder of its own.
HERE = Path(__file__).parent
KERNELS = [path for path in HERE.glob("*.py") if "@compiled" in path.read_text(encoding="utf-8")]
COMPILED = Path(os.environ.get("NUMBA_CACHE_DIR") or HERE / "__pycache__")
numba.config.CACHE_DIR = str(COMPILED / freshness.digest(KERNELS)[:16])  # type: ignore[attr-defined]
# A kernel divides as numpy does, without a check, and lets other threads run. Where an array is filled from another
# one, a kernel does so number by number: the check of shapes, with its message, would take longest of all to compile.
compiled = numba.njit(cache=True, nogil=True, error_model="numpy")

POWER_LAW, LOGISTIC, MIXTURE = 0, 1, 2
# Beyond these p is at an end to double precision for any test set of BIG-bench.
LOWEST_ETA, HIGHEST_ETA, HIGHEST_LOGIT = -25.0, 5.0, 25.0
LEAST_P = 1e-12
# Half of the examples of a mixture lie so far above the mean eta, half below.
APART = 1.5
# Up to this many factors, multiplying them is faster than computing two gamma functions.
FEW_FACTORS = 12
# From this x on Stirling's series tells log gamma to twelve digits.
STIRLING = 8.0
# Below it the digits of gamma functions no longer tell their difference.
LEAST_STEP = 1e-7


@compiled
def shape(eta: float, kind: int) -> tuple[float, float, float]:
    """h(eta), -dh/d(eta) and its derivative, -d2h/d(eta)2."""
    if kind == LOGISTIC:
        h = 1 / (1 + math.exp(min(max(eta, LOWEST_ETA), HIGHEST_LOGIT)))
        return h, h * (1 - h), h * (1 - h) * (2 * h - 1)
    eta = min(max(eta, LOWEST_ETA), HIGHEST_ETA)
    if kind == MIXTURE:
        easy, hard = math.exp(eta - APART), math.exp(eta + APART)
        right, rarely = math.exp(-easy) / 2, math.exp(-hard) / 2
        fall = easy * right + hard * rarely
        return right + rarely, fall, fall - easy * easy * right - hard * hard * rarely
    rate = math.exp(eta)
    h = math.exp(-rate)
    return h, rate * h, rate * h * (1 - rate)


@compiled
def probability(eta: float, chance: float, kind: int, ceiling: float) -> float:
    """P of a right answer, kept off 0 and 1."""
    p = chance + (ceiling - chance) * shape(eta, kind)[0]
    return min(max(p, LEAST_P), 1 - LEAST_P)


@compiled
def rising(first: float, step: float, factors: int) -> tuple[float, float, float]:
    """Log of first (first + step) .. (first + (factors - 1) step), and its first and second derivative by `first`.

    Where factors are few, or first / step is small, they are multiplied. What is left is a ratio of two gamma
    functions, of x = first / step and of x + factors, by Stirling's series.
    """
    if step < LEAST_STEP:
        return factors * math.log(first), factors / first, -factors / (first * first)
    product, rise, bend, left = 1.0, 0.0, 0.0, factors
    while left > 0 and (factors <= FEW_FACTORS or first < STIRLING * step):
        bend = bend * first + 2 * rise
        rise = rise * first + product
        product *= first
        first += step
        left -= 1
    found, slope, bent = 0.0, 0.0, 0.0
    if left < factors:
        slope = rise / product
        found, bent = math.log(product), bend / product - slope * slope
    if left > 0:
        last = first + left * step
        more, a, b = math.log1p(left * step / first), step / first, step / last
        found += left * (math.log(last) - 1) + (1 / a - 0.5) * more + stirling(b) - stirling(a)
        slope += (more + digamma_less_log(b) - digamma_less_log(a)) / step
        bent += (trigamma(b) - trigamma(a)) / (step * step)
    return found, slope, bent


@compiled
def stirling(inverse: float) -> float:
    """Log gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), of 1 / x."""
    square = inverse * inverse
    return inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))


@compiled
def digamma_less_log(inverse: float) -> float:
    """The derivative of log gamma(x), less log x, of 1 / x."""
    square = inverse * inverse
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return -inverse / 2 - series


@compiled
def trigamma(inverse: float) -> float:
    """The second derivative of log gamma(x), of 1 / x."""
    square = inverse * inverse
    series = square * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * 5 / 66))))
    return inverse * (1 + inverse / 2 + series)


@compiled
def log_likelihood(count: int, n: int, p: float, step: float) -> float:
    """Of one count, up to a constant that depends on n and step alone."""
    return rising(p, step, count)[0] + rising(1 - p, step, n - count)[0]


@compiled
def best_p(count: int, n: int, step: float) -> float:
    """The p at which a count is likeliest: count / n where examples are independent, else nearer to a half."""
    if count == 0 or count == n or step < LEAST_STEP:  # noqa: PLR1714 - numba would build a set
        return min(max(count / n, LEAST_P), 1 - LEAST_P)
    low, high = LEAST_P, 1 - LEAST_P
    for _ in range(40):
        p = (low + high) / 2
        if rising(p, step, count)[1] > rising(1 - p, step, n - count)[1]:
            low = p
        else:
            high = p
    return (low + high) / 2


@compiled
def largest_log_likelihoods(n: int, step: float) -> Floats:
    """The log-likelihood of every count from 0 to n at its best p: (n + 1,)."""
    found = np.empty(n + 1)
    for count in range(n // 2 + 1):
        found[count] = log_likelihood(count, n, best_p(count, n, step), step)
        found[n - count] = found[count]
    return found


@compiled
def mass(p: float, n: int, step: float, out: Floats) -> None:
    """P(count = y) for y = 0..n, into `out` of n + 1 places.

    From the ratios P(y + 1) / P(y) = (n - y) (p + y step) / ((y + 1) (1 - p + (n - y - 1) step)), no gamma function.
    """
    out[0] = 0.0
    largest = 0.0
    for y in range(n):
        ratio = (n - y) * (p + y * step) / ((y + 1) * (1 - p + (n - y - 1) * step))
        out[y + 1] = out[y] + math.log(ratio)
        largest = max(largest, out[y + 1])
    total = 0.0
    for y in range(n + 1):
        out[y] = math.exp(out[y] - largest)
        total += out[y]
    out /= total


@compiled
def draw(cumulated: Floats, uniform: float) -> int:
    """A count by inversion of its cumulative distribution, by bisection."""
    low, high = 0, len(cumulated) - 1
    while low < high:
        middle = (low + high) // 2
        if cumulated[middle] > uniform:
            high = middle
        else:
            low = middle + 1
    return low
