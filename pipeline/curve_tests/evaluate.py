"""Everything that is said of one chunk of curves: fits, tests, forecasts, bounds. Arrays in, named columns out."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from pipeline.curve_tests.fitting import EXPECTED, Curve, derivatives, eta_at, linear, total
from pipeline.curve_tests.forecast import forecast
from pipeline.curve_tests.jumps import SIZES, around_step, largest_jump
from pipeline.curve_tests.likelihood import POWER_LAW, Floats, probability
from pipeline.curve_tests.normal import forecast_normal, test_normal
from pipeline.curve_tests.ratios import MOST, TESTS, Shape, p_value, test_shape

SMALL = 0.05
HELD_OUT = (1, 2)
# A scale is at an end where the fit expects fewer right answers above chance, or fewer wrong answers, than this.
AT_AN_END = 1e-3
FORECAST = ("predicted", "low", "high", "upper_p", "lower_p")
Row = dict[str, Any]


class Chunk(NamedTuple):
    """Curves with equally many scales.

    Attributes:
        scores: (curves, scales), counts of right answers where `is_counts`.
        n: (curves,), test examples.
        log_scale: (curves, scales), natural log of N.
        chance: (curves,).
        rho: (curves,), correlation of examples, of the curve's task.
        error: (curves, scales), standard errors of scores that are no counts; NaN where there are none.
        seed: (curves,), of each curve's own generator.
        is_counts: whether scores are counts.
    """

    scores: Floats
    n: Floats
    log_scale: Floats
    chance: Floats
    rho: Floats
    error: Floats
    seed: np.ndarray
    is_counts: bool


def evaluate(chunk: Chunk, most: int = MOST) -> list[Row]:
    """What is said of each curve: one row of curve_tests.

    Args:
        chunk: the curves.
        most: draws of each test at most; with none, curves of counts are only forecast, without their largest model.
    """
    return list(_counts(chunk, most) if chunk.is_counts else _others(chunk))


def compile_shape() -> None:
    """Compile the tests of shape, which take half of all compilation, by making them on a small curve."""
    curve, log_scale = _small()
    test_shape(curve, design_of(log_scale)[0], np.random.default_rng(0), 1)


def compile_forecast() -> None:
    """Compile the other half."""
    curve, log_scale = _small()
    forecast(curve, log_scale, 1)
    largest_jump(curve, design_of(log_scale)[0], np.zeros(3))


def _small() -> tuple[Curve, Floats]:
    return Curve(np.array([0, 1, 1, 2, 4]), 4, 0.01, 0.0, POWER_LAW, 1.0), np.arange(5.0)


def centred(log_scale: Floats) -> tuple[Floats, float]:
    """X of a curve, log N less its mean, and its largest absolute value."""
    x = log_scale - log_scale.mean()
    return x, float(np.abs(x).max())


def design_of(log_scale: Floats) -> tuple[Floats, float]:
    """Columns 1, x, x^2 with x scaled to 1 at its largest, (scales, 3), and the unit of x in log N."""
    x, unit = centred(log_scale)
    x = x / unit
    return np.stack([np.ones_like(x), x, x**2], axis=1), unit


def curve_of(chunk: Chunk, row: int, kind: int = POWER_LAW, ceiling: float = 1.0) -> Curve:
    """One curve as kernels take it."""
    rho = float(chunk.rho[row])
    counts = np.ascontiguousarray(chunk.scores[row]).astype(np.int64)
    return Curve(counts, int(chunk.n[row]), rho / (1 - rho), float(chunk.chance[row]), kind, ceiling)


def _counts(chunk: Chunk, most: int) -> Iterator[Row]:
    below = is_below_chance(chunk)
    for row in range(len(chunk.scores)):
        curve, (design, unit) = curve_of(chunk, row), design_of(chunk.log_scale[row])
        # The model cannot give a score below chance: its tests would test that and nothing else.
        if below[row]:
            yield {"status": "below_chance", "rho": chunk.rho[row]}
            continue
        found: Row = {}
        for held_out in HELD_OUT if most else HELD_OUT[:1]:
            found |= _named(held_out, forecast(curve, chunk.log_scale[row], held_out))
        yield (
            found | {"rho": chunk.rho[row]} | (_shape(curve, design, unit, int(chunk.seed[row]), most) if most else {})
        )


def _shape(curve: Curve, design: Floats, unit: float, seed: int, most: int) -> Row:
    """The fit, its tests, and the jumps that are excluded."""
    shape = test_shape(curve, design, np.random.default_rng(seed), most)
    found = _fit(curve, design, unit, shape)
    for test, name in enumerate(TESTS):
        found[f"{name}_statistic"] = shape.statistic[test]
        found[f"{name}_p"] = p_value(shape.drawn[test, : shape.made[test]], shape.statistic[test])
    largest = largest_jump(curve, design, shape.curved)
    return found | {"largest_jump": largest} | {excluded(size): largest < size for size in SIZES}


def _named(held_out: int, values: Any) -> Row:  # noqa: ANN401 - a Forecast, or what numba makes of one
    return {f"without_{held_out}_{name}": value for name, value in zip(FORECAST, values, strict=True)}


def excluded(size: float) -> str:
    """The column that says whether a jump of this size is excluded."""
    return f"jump_excluded_{round(100 * size)}"


def is_below_chance(chunk: Chunk) -> np.ndarray:
    """Whether some scale's count is too low for chance: binomial, 5 % over all scales of the curve."""
    n, chance = chunk.n[:, None].astype(int), chunk.chance[:, None]
    lowest = special.bdtr(chunk.scores, n, chance).min(axis=1)
    return np.asarray((chunk.chance > 0) & (lowest < SMALL / chunk.scores.shape[1]))


def _fit(curve: Curve, design: Floats, unit: float, shape: Shape) -> Row:
    line, beta = np.ascontiguousarray(design[:, :2]), np.array([shape.intercept, shape.slope])
    score, both = np.empty(2), np.empty((2, 2, 2))
    derivatives(curve, linear(line, beta), line, beta, np.empty((0, 2)), score, both)
    information = both[EXPECTED]
    p = np.array(
        [probability(eta_at(line, beta, k), curve.chance, curve.kind, curve.ceiling) for k in range(len(line))]
    )
    determinant = information[0, 0] * information[1, 1] - information[1, 0] ** 2
    told = status(curve, p, shape.smooth)
    is_known = told != "separated" and determinant > 1e-10 * max(information[0, 0] * information[1, 1], 1e-20)
    before, after = around_step(curve, design, shape.stepped, shape.place)
    return {
        "status": told,
        "intercept": shape.intercept,
        "alpha": shape.slope / unit,
        "alpha_se": float(np.sqrt(information[0, 0] / determinant)) / unit if is_known else np.inf,
        "fitted": p.tolist(),
        "broken_at": shape.place + 1 if shape.place else None,
        "broken_by": after - before if shape.place else None,
    }


def status(curve: Curve, p: Floats, smooth: float) -> str:
    """The first that applies: at_chance, separated, fitted.

    at_chance: chance alone fits as well (within 5.99 of the smooth model in twice the log-likelihood), so that alpha
    has no meaning. separated: the fit is at chance or at 1 at all scales but one, so that a steeper one fits as well.
    """
    if curve.chance > 0:
        flat = np.array([[1.0, 0.0]] * len(p))
        # At eta = 5, p is at chance.
        lowest = total(curve, flat, np.array([5.0, 0.0]), np.empty((0, 2)))
        if 2 * (smooth - lowest) < special.chdtri(2, SMALL):
            return "at_chance"
    inside = (curve.n * (p - curve.chance) > AT_AN_END) & (curve.n * (1 - p) > AT_AN_END)
    return "separated" if inside.sum() < 2 else "fitted"


def _others(chunk: Chunk) -> Iterator[Row]:
    for row, (y, error) in enumerate(zip(chunk.scores, chunk.error, strict=True)):
        known = error if np.isfinite(error).all() and (error > 0).all() else None
        x, _ = centred(chunk.log_scale[row])
        tested = test_normal(y, x, known)
        found: Row = {
            "status": "fitted",
            "broken_at": tested.place + 1 if tested.place else None,
            "is_exploratory": known is None,
        }
        for name in tested.p:
            found |= {f"{name}_statistic": tested.statistic[name], f"{name}_p": tested.p[name]}
        for held_out in HELD_OUT:
            found |= _named(held_out, forecast_normal(y, x, known, held_out))
        yield found
