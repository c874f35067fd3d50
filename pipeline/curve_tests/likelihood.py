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

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]

# A kernel divides as numpy does, without a check, and lets other threads run. Where an array is filled from another
# one, a kernel does so number by number: the check of shapes, with its message, would take longest of all to compile.
compiled = njit(cache=True, nogil=True, error_model="numpy")

POWER_LAW, LOGISTIC, MIXTURE = 0, 1, 2
# Beyond these p is at an end to double precision for any test set of BIG-bench.
LOWEST_ETA, HIGHEST_ETA, HIGHEST_LOGIT = -25.0, 5.0, 25.0
LEAST_P = 1e-12
# Half of the examples of a mixture lie so far above the mean eta, half below.
APART = 1.5
# Up to this many factors, multiplying them is faster than computing two gamma functions.
FEW_FACTORS = 12
# Below it the digits of gamma functions no longer tell their difference.
LEAST_STEP = 1e-7


@compiled
def shape(eta: float, kind: int) -> tuple[float, float]:
    """h(eta) and -dh/d(eta)."""
    if kind == LOGISTIC:
        h = 1 / (1 + math.exp(min(max(eta, LOWEST_ETA), HIGHEST_LOGIT)))
        return h, h * (1 - h)
    eta = min(max(eta, LOWEST_ETA), HIGHEST_ETA)
    if kind == MIXTURE:
        easy, hard = math.exp(eta - APART), math.exp(eta + APART)
        right, rarely = math.exp(-easy), math.exp(-hard)
        return (right + rarely) / 2, (easy * right + hard * rarely) / 2
    rate = math.exp(eta)
    h = math.exp(-rate)
    return h, rate * h


@compiled
def probability(eta: float, chance: float, kind: int, ceiling: float) -> float:
    """P of a right answer, kept off 0 and 1."""
    p = chance + (ceiling - chance) * shape(eta, kind)[0]
    return min(max(p, LEAST_P), 1 - LEAST_P)


@compiled
def digamma(x: float) -> float:
    """The derivative of log gamma for x > 0: up to 6 by recurrence, from there by its asymptotic series."""
    total = 0.0
    while x < 6:
        total -= 1 / x
        x += 1
    inverse = 1 / (x * x)
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    return total + math.log(x) - 0.5 / x - series


@compiled
def log_rising(first: float, step: float, factors: int) -> float:
    """Log of first (first + step) .. (first + (factors - 1) step)."""
    if step < LEAST_STEP:
        return factors * math.log(first)
    if factors <= FEW_FACTORS:
        product = 1.0
        for i in range(factors):
            product *= first + i * step
        return math.log(product)
    unit = first / step
    return factors * math.log(step) + math.lgamma(unit + factors) - math.lgamma(unit)


@compiled
def slope_of_log_rising(first: float, step: float, factors: int) -> float:
    """The derivative of `log_rising` by its first argument: the sum of 1 / (first + i step)."""
    if step < LEAST_STEP:
        return factors / first
    if factors <= FEW_FACTORS:
        total = 0.0
        for i in range(factors):
            total += 1 / (first + i * step)
        return total
    unit = first / step
    return (digamma(unit + factors) - digamma(unit)) / step


@compiled
def log_likelihood(count: int, n: int, p: float, step: float) -> float:
    """Of one count, up to a constant that depends on n and step alone."""
    return log_rising(p, step, count) + log_rising(1 - p, step, n - count)


@compiled
def best_p(count: int, n: int, step: float) -> float:
    """The p at which a count is likeliest: count / n where examples are independent, else nearer to a half."""
    if count == 0 or count == n or step < LEAST_STEP:  # noqa: PLR1714 - numba would build a set
        return min(max(count / n, LEAST_P), 1 - LEAST_P)
    low, high = LEAST_P, 1 - LEAST_P
    for _ in range(40):
        p = (low + high) / 2
        if slope_of_log_rising(p, step, count) > slope_of_log_rising(1 - p, step, n - count):
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
