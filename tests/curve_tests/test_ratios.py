"""The tests of a curve's shape: their p by hand, their level, their power, and when they stop to draw."""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from pipeline.curve_tests import ratios
from pipeline.curve_tests.fitting import Curve
from pipeline.curve_tests.ratios import ENOUGH, MOST, goes_on, p_value

GOODNESS, CURVED, BROKEN = range(3)


def curve_of(counts, n, chance=0.0, rho=0.0):
    return Curve(np.array(counts, np.int64), n, rho / (1 - rho), chance)


def shape_of(curve, seed=1, most=MOST):
    x = np.linspace(-1, 1, len(curve.counts))
    return ratios.test_shape(curve, np.stack([x**0, x, x**2], axis=1), np.random.default_rng(seed), most)


def p_of(shape):
    """The three p values."""
    return [p_value(shape.drawn[test, : shape.made[test]], shape.statistic[test]) for test in range(3)]


def test_mid_p_counts_the_curve_itself_and_ties_by_half():
    drawn = np.array([*[0.5] * 60, *[2.0] * 15, *[3.0] * 24])
    assert p_value(drawn, 2.0) == pytest.approx((24 + (15 + 1) / 2) / 100)
    assert p_value(drawn, 1.0) == pytest.approx((39 + 1 / 2) / 100)
    assert p_value(drawn, 0.5) == pytest.approx((39 + (60 + 1) / 2) / 100)


def test_rounding_makes_no_draw_greater():
    drawn = np.array([*[0.5] * 50, *[2.0 + 1e-9] * 25, *[2.0 - 1e-9] * 25])
    assert p_value(drawn, 2.0) == pytest.approx((50 + 1) / 2 / 101)


def test_where_every_draw_is_the_same_there_is_no_p():
    assert np.isnan(p_value(np.zeros(200), 0.0))
    assert not np.isnan(p_value(np.append(np.zeros(199), 1.0), 0.0))


@pytest.mark.parametrize("freedom", [1, 2, 8])
@pytest.mark.parametrize(("p", "factor"), [(1e-3, 4), (1e-4, 8)])
def test_far_out_p_is_that_of_the_tail(freedom, p, factor):
    rng = np.random.default_rng(freedom)
    at = stats.chi2.isf(p, freedom)
    off = np.array([np.log(p_value(rng.chisquare(freedom, MOST), at) / p) for _ in range(400)])
    assert (np.abs(off) < np.log(factor)).mean() > 0.85
    assert abs(np.mean(off)) < np.log(2)


def test_where_no_draw_reaches_the_curve_the_mid_p_is_no_bound():
    drawn = np.random.default_rng(1).chisquare(1, MOST)
    assert p_value(drawn, drawn.max() + 20) < 0.1 * (1 / 2) / (MOST + 1)


def test_draws_in_lumps_that_reach_the_curve_count():
    drawn = np.append(np.zeros(997), np.full(3, 2.0))
    assert p_value(drawn, 2.0) > 1e-4


def test_the_tail_takes_over_without_a_jump_and_falls_on():
    drawn = np.random.default_rng(4).chisquare(1, MOST)
    at = np.linspace(np.sort(drawn)[-60], 40, 400)
    found = np.array([p_value(drawn, value) for value in at])
    assert (np.diff(found) <= 0).all()
    assert (found[1:] / found[:-1]).min() > 0.8
    assert found[-1] < 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_the_tail_is_never_above_what_would_have_been_enough(seed):
    drawn = np.random.default_rng(seed).exponential(1, MOST)
    few = np.sort(drawn)[-ENOUGH + 1]
    assert p_value(drawn, few + 1e-3) <= (ENOUGH + 0.5) / (MOST + 1)


def test_draws_that_reach_the_curve_are_enough_after_twenty():
    drawn = np.append(np.full(ENOUGH - 1, 3.0), [1.0, 3.0, 0.0])
    assert goes_on(drawn, ENOUGH, 2.0)
    assert not goes_on(drawn, ENOUGH + 1, 2.0)


def test_draws_are_over_at_the_most():
    assert goes_on(np.arange(10.0), 9, 99.0)
    assert not goes_on(np.arange(10.0), 10, 99.0)


def test_one_seed_one_result():
    curve = curve_of([1, 4, 3, 8, 9, 14, 18, 15], 20)
    first, again, other = (shape_of(curve, seed) for seed in (1, 1, 2))
    for test in range(3):
        drawn = [shape.drawn[test, : shape.made[test]] for shape in (first, again, other)]
        assert drawn[0].tolist() == drawn[1].tolist()
        assert drawn[0].tolist() != drawn[2].tolist()


def test_every_model_fits_at_least_as_well_as_the_one_below():
    found = shape_of(curve_of([1, 4, 3, 8, 9, 14, 18, 15], 20))
    assert (found.statistic >= 0).all()
    assert found.statistic[CURVED] + found.statistic[BROKEN] <= found.statistic[GOODNESS] + 1e-6
    for test in range(3):
        assert (found.drawn[test, : found.made[test]] >= -1e-6).all()


@cache
def smooth_p(chance, rho):
    """The p values of curves drawn from the smooth model: (curves, tests)."""
    rng = np.random.default_rng(17)
    found = []
    x = np.linspace(-1, 1, 9)
    for seed in range(150):
        p = chance + (1 - chance) * np.exp(-np.exp(rng.uniform(-0.6, 0.9) - rng.uniform(0.1, 1) * x))
        step = rho / (1 - rho)
        shares = rng.beta(p / step, (1 - p) / step) if rho > 0 else p
        found.append(p_of(shape_of(curve_of(rng.binomial(40, shares), 40, chance, rho), seed, 300)))
    return np.array(found)


@pytest.mark.parametrize("test", range(3))
@pytest.mark.parametrize(("chance", "rho"), [(0.0, 0.0), (0.25, 0.03)])
def test_p_of_smooth_curves_is_uniform(test, chance, rho):
    p = smooth_p(chance, rho)[:, test]
    assert not np.isnan(p).any()
    assert 0.1 < (p < 0.2).mean() < 0.3
    assert 0.1 < (p > 0.8).mean() < 0.3
    assert 0.4 < np.median(p) < 0.6


def test_a_jump_of_a_half_is_found():
    x = np.linspace(-1, 1, 10)
    p = np.exp(-np.exp(0.8 - 0.2 * x)) + 0.5 * (np.arange(10) >= 6)
    found = shape_of(curve_of(np.round(200 * p), 200))
    assert p_of(found)[BROKEN] < 0.01
    assert p_of(found)[GOODNESS] < 0.01
    assert found.place == 6


def test_a_strong_bend_is_found_and_is_no_jump():
    x = np.linspace(-1, 1, 10)
    found = shape_of(curve_of(np.round(200 * np.exp(-np.exp(0.2 - 0.3 * x - 1.2 * x**2))), 200))
    assert p_of(found)[CURVED] < 0.01
    assert p_of(found)[BROKEN] > 0.05
    assert found.curved == pytest.approx([0.2, -0.3, -1.2], abs=0.05)


@cache
def bent_p():
    """The p values of curves drawn from a strong bend: (curves, tests)."""
    rng, x = np.random.default_rng(5), np.linspace(-1, 1, 10)
    p = np.exp(-np.exp(1.0 - 0.2 * x - 1.2 * x**2))
    return np.array([p_of(shape_of(curve_of(rng.binomial(100, p), 100), seed, 200)) for seed in range(80)])


def test_a_step_is_looked_for_beside_the_bend_not_the_line():
    assert (bent_p()[:, CURVED] < 0.05).mean() > 0.95
    for level in (0.1, 0.3, 0.5):
        assert level - 0.15 < (bent_p()[:, BROKEN] < level).mean() < level + 0.15


def test_draws_for_a_step_have_the_bend():
    # Right at the ends, and nowhere between: with the bend few counts vary, about the line all would.
    curve = curve_of([90, 20, 1, 0, 0, 0, 1, 20, 90], 100)
    found, x = shape_of(curve, most=200), np.linspace(-1, 1, 9)
    p = np.exp(-np.exp(np.stack([x**0, x, x**2], axis=1) @ found.curved))
    again = np.random.default_rng(8).binomial(100, p, (200, 9))
    own = [shape_of(curve_of(counts, 100), most=1).statistic[BROKEN] for counts in again]
    assert stats.ks_2samp(own, found.drawn[BROKEN, : found.made[BROKEN]]).pvalue > 0.01


def test_a_smooth_curve_needs_few_draws_and_a_jump_all():
    x = np.linspace(-1, 1, 10)
    p = np.exp(-np.exp(0.8 - 0.2 * x))
    dull, clear = (shape_of(curve_of(np.round(200 * (p + up * (x > 0.2))), 200)) for up in (0, 0.5))
    assert (dull.made < 200).all()
    assert clear.made[BROKEN] == MOST


def test_a_test_of_two_answers_to_one_question_has_a_p_or_none_at_all():
    for counts in ([0, 0, 0, 1], [0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]):
        found = np.array(p_of(shape_of(curve_of(counts, 1), most=300)))
        assert (np.isnan(found) | ((found > 0) & (found < 1))).all()


def test_the_parameters_are_those_of_the_smooth_model():
    x = np.linspace(-1, 1, 10)
    found = shape_of(curve_of(np.round(100_000 * np.exp(-np.exp(0.4 - 0.7 * x))), 100_000), most=20)
    assert (found.intercept, found.slope) == pytest.approx((0.4, -0.7), abs=1e-3)
