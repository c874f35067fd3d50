"""Logistic regression with a covariance over tasks, of many outcomes on one design at once.

statsmodels fits one outcome at a time, and its bias-reduced covariance takes no weights; the tests hold this against
it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Vector = npt.NDArray[np.float64]

ITERATIONS, TOLERANCE = 60, 1e-11
# Worlds that are fitted together: enough to keep the processor busy, few enough to stay in memory.
CHUNK = 50
# Of the latent normals of two curves of a task; at even odds their outcomes then correlate by 1/3.
LATENT_CORRELATION = 0.5
# In log odds. The likelihood of separated outcomes rises for ever, but soon by less than can be told from convergence.
RUN_OFF = 15.0


class Cells(NamedTuple):
    """Curves of one task and one row of the design, counted together; sorted by task.

    Attributes:
        design: shape (c, p).
        curves: shape (c,), how many.
        weights: shape (c,), what each of them counts.
        starts: shape (tasks,), the first cell of each task.
    """

    design: Vector
    curves: Vector
    weights: Vector
    starts: npt.NDArray[np.intp]

    def by_task(self, values: Vector) -> Vector:
        """Sums over the cells of each task, shape (worlds, c, ...) to (worlds, tasks, ...)."""
        return np.add.reduceat(values, self.starts, axis=1)

    def tasks(self) -> npt.NDArray[np.intp]:
        """The number of each cell's task, shape (c,)."""
        return np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.curves)]))


class Fits(NamedTuple):
    """Logistic regressions of p coefficients, one a world.

    Attributes:
        coefficients: shape (worlds, p), log odds ratios.
        covariance: shape (worlds, p, p), bias-reduced, over tasks.
        information: shape (worlds, p, p), expected, of independent curves.
        degrees_of_freedom: shape (worlds, p), of each coefficient's variance.
        correlation: shape (worlds,), of the residuals of a task.
    """

    coefficients: Vector
    covariance: Vector
    information: Vector
    degrees_of_freedom: Vector
    correlation: Vector

    def intervals(self) -> tuple[Vector, Vector]:
        """Both ends of the 95 % intervals of the coefficients by Student's t, each of shape (worlds, p)."""
        error = np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))
        reach = stats.t.ppf(0.975, self.degrees_of_freedom) * error
        return self.coefficients - reach, self.coefficients + reach


def cells_of(design: Vector, outcome: Vector, tasks: npt.NDArray[np.object_], weights: Vector) -> tuple[Cells, Vector]:
    """Count curves that no term tells apart together.

    Args:
        design: shape (curves, p).
        outcome: shape (curves,), zeros and ones.
        tasks: shape (curves,), the task of each.
        weights: shape (curves,), the same for all curves of a task.

    Returns:
        The cells, and how many curves of each have the outcome, shape (c,).
    """
    numbers = np.unique(tasks.astype(str), return_inverse=True)[1]
    rows, members, curves = np.unique(
        np.column_stack([numbers, weights, design]), axis=0, return_inverse=True, return_counts=True
    )
    starts = np.flatnonzero(np.diff(rows[:, 0], prepend=-1))
    counts = np.bincount(members.ravel(), weights=outcome, minlength=len(rows)).astype(float)
    return Cells(rows[:, 2:], curves.astype(float), rows[:, 1], starts), counts


def fit_logistic(cells: Cells, counts: Vector, truth: Vector | None = None) -> Fits:
    """Fit every world, with a covariance over tasks; those whose likelihood has no finite maximum are left out.

    Without a truth to hold them against, separated outcomes are only sometimes found: look for them before.

    Estimates solve sum_i U_i = 0 over tasks i with U_i = X_i' W_i (y_i - p_i), by Newton steps that are halved until
    the likelihood does not fall. With B_i = X_i' W_i V_i X_i, V_i = diag(p(1-p)), and A = sum_i B_i the covariance of
    Mancl and DeRouen (2001) is sum_i J_i J_i', J_i = (A - B_i)^-1 U_i: their residuals (I - H_i)^-1 (y_i - p_i), with
    the inverse taken in p dimensions. It is close to a jackknife over tasks.

    The degrees of freedom are Satterthwaite's, (sum_i v_i)^2 / sum_i v_i^2, where v_i is the variance that task i
    brings to the coefficient if the residuals of a task correlate as they do here (Fay and Graubard 2001; Imbens and
    Kolesar 2016): few where few tasks carry it, and at most tasks - p.

    Args:
        cells: the design, of full rank.
        counts: shape (worlds, c), curves with the outcome.
        truth: shape (p,), what the worlds were drawn from, where it is known. The search begins there, and worlds in
            which some cell ends further than RUN_OFF from it have run off.

    Raises:
        numpy.linalg.LinAlgError: a coefficient rests on one task alone.
    """
    start = np.zeros(cells.design.shape[1]) if truth is None else truth
    coefficients = _maximum(cells, counts, start)
    has_maximum = np.isfinite(coefficients).all(axis=1)
    if truth is not None:
        has_maximum &= (np.abs((coefficients - truth) @ cells.design.T) < RUN_OFF).all(axis=1)
    coefficients, counts = coefficients[has_maximum], counts[has_maximum]
    expected = special.expit(coefficients @ cells.design.T)
    variance = expected * (1 - expected)
    products = cells.design[:, :, None] * cells.design[:, None, :]
    weighted = cells.curves * cells.weights

    def quadratic(each: Vector) -> Vector:
        return cells.by_task(each[:, :, None, None] * products)

    parts = quadratic(weighted * variance)
    information = parts.sum(axis=1)
    scores = cells.by_task((cells.weights * (counts - cells.curves * expected))[:, :, None] * cells.design)
    influence = np.linalg.solve(information[:, None] - parts, scores[..., None])[..., 0]
    correlation = _correlation(cells, counts, expected)
    together = cells.by_task((weighted * np.sqrt(variance))[:, :, None] * cells.design)
    shared = correlation[:, None, None, None]
    spread = (1 - shared) * quadratic(weighted * cells.weights * variance)
    spread += shared * together[..., :, None] * together[..., None, :]
    inverse = np.linalg.inv(information)
    brought = np.einsum("wpq,wiqr,wrp->wip", inverse, spread, inverse, optimize=True)
    freedom = brought.sum(axis=1) ** 2 / (brought**2).sum(axis=1)
    return Fits(
        coefficients=coefficients,
        covariance=np.einsum("wip,wiq->wpq", influence, influence),
        information=information,
        degrees_of_freedom=np.minimum(freedom, len(cells.starts) - cells.design.shape[1]),
        correlation=correlation,
    )


def _maximum(cells: Cells, counts: Vector, start: Vector) -> Vector:
    """The coefficients that maximise the weighted likelihood of each world, shape (worlds, p); NaN where none do."""
    weighted = cells.curves * cells.weights
    products = (cells.design[:, :, None] * cells.design[:, None, :]).reshape(len(cells.curves), -1)
    size = cells.design.shape[1]

    def likelihood(coefficients: Vector) -> Vector:
        linear = coefficients @ cells.design.T
        return np.asarray((cells.weights * counts * linear - weighted * np.logaddexp(0, linear)).sum(axis=1))

    coefficients = np.tile(start, (len(counts), 1))
    best = likelihood(coefficients)
    moved = np.full(len(counts), np.inf)
    for _ in range(ITERATIONS):
        expected = special.expit(coefficients @ cells.design.T)
        score = (cells.weights * (counts - cells.curves * expected)) @ cells.design
        information = ((weighted * expected * (1 - expected)) @ products).reshape(-1, size, size)
        # A world without a maximum runs off until its information vanishes.
        is_lost = np.linalg.cond(information) > 1 / np.finfo(float).eps
        information[is_lost] = np.eye(size)
        step = np.linalg.solve(information, score[..., None])[..., 0]
        step[is_lost] = 0
        for _ in range(20):
            falls = likelihood(coefficients + step) < best - 1e-12 * np.abs(best)
            if not falls.any():
                break
            step[falls] /= 2
        coefficients = coefficients + step
        best = likelihood(coefficients)
        moved = np.where(is_lost, np.inf, np.abs(score * step).sum(axis=1) / np.maximum(np.abs(best), 1))
        if (moved[~is_lost] < TOLERANCE).all():
            break
    coefficients[moved >= TOLERANCE] = np.nan
    return coefficients


def _correlation(cells: Cells, counts: Vector, expected: Vector) -> Vector:
    """The mean product of two Pearson residuals of a task over their mean square, every task counting one."""
    error = np.sqrt(expected * (1 - expected))
    sums = cells.by_task((counts - cells.curves * expected) / error)
    odds = (1 - expected) / expected
    squares = cells.by_task(counts * odds + (cells.curves - counts) / odds)
    sizes = np.add.reduceat(cells.curves, cells.starts)
    several = sizes > 1
    if not several.any():
        return np.zeros(len(counts))
    pairs = ((sums**2 - squares) / (sizes * np.maximum(sizes - 1, 1)))[:, several]
    return np.asarray(np.clip(pairs.mean(axis=1) / (squares / sizes)[:, several].mean(axis=1), 0, 1))


def draw_outcomes(cells: Cells, truth: Vector, worlds: int, random: np.random.Generator) -> Vector:
    """Curves with the outcome in each cell, shape (worlds, c), if the regression were the truth.

    Every curve has the outcome with the probability that the truth gives it, and two curves of a task agree more often
    than two of different tasks: the outcome is whether a normal z = sqrt(r) u + sqrt(1 - r) e lies below the quantile
    of that probability, with u shared by the task and r = LATENT_CORRELATION.

    Args:
        cells: the design.
        truth: shape (p,), log odds ratios.
        worlds: how many to draw.
        random: the source of chance.
    """
    quantile = special.ndtri(special.expit(cells.design @ truth))
    shared = random.standard_normal((worlds, len(cells.starts)))[:, cells.tasks()]
    chance = special.ndtr((quantile - np.sqrt(LATENT_CORRELATION) * shared) / np.sqrt(1 - LATENT_CORRELATION))
    return random.binomial(cells.curves.astype(int), chance).astype(float)


def coverage(cells: Cells, truth: Vector, worlds: int, random: np.random.Generator) -> tuple[Vector, int]:
    """How often 95 % intervals on this design hold the truth.

    Args:
        cells: the design.
        truth: shape (p,), the log odds ratios to draw from.
        worlds: how many to draw.
        random: the source of chance.

    Returns:
        The share of the fitted worlds whose interval holds each coefficient, shape (p,), and how many could be fitted.
    """
    held = np.zeros(len(truth))
    fitted = 0
    for start in range(0, worlds, CHUNK):
        counts = draw_outcomes(cells, truth, min(CHUNK, worlds - start), random)
        low, high = fit_logistic(cells, counts, truth).intervals()
        held += ((low <= truth) & (truth <= high)).sum(axis=0)
        fitted += len(low)
    return held / max(fitted, 1), fitted
