"""What is said of a chunk besides its tests: prediction, bounds, zeros, pooled numbers, the Gaussian version."""

import numpy as np
import pytest
from scipy import stats

from pipeline.curve_tests import gaussian
from pipeline.curve_tests.bounds import jump_excluded
from pipeline.curve_tests.evaluate import Chunk, evaluate
from pipeline.curve_tests.fit import fit_power_law
from pipeline.curve_tests.gaussian import gaussian_tests
from pipeline.curve_tests.ladder import fit_curvature
from pipeline.curve_tests.likelihood_ratio import likelihood_ratio_test
from pipeline.curve_tests.model import pearson, probability
from pipeline.curve_tests.pooled import correlation, slope_spread, weighted_median
from pipeline.curve_tests.predict import predict, predict_gaussian
from pipeline.curve_tests.resolution import zeros
from pipeline.curve_tests.score_statistics import null_model
from tests.made import curves, design_of, smooth_curves

NONE = np.zeros(1)


def evaluated(some, reps=(200,)):
    chunk = Chunk(some.counts, some.n[:, 0], design_of(some), is_gaussian=False, seed=np.random.SeedSequence(3))
    return evaluate(chunk, reps)


def test_a_jump_at_the_end_is_a_surprise_and_a_smooth_end_is_none():
    jump, smooth = curves([5, 6, 8, 9, 11, 12, 14, 70], 100), curves([5, 6, 8, 9, 11, 12, 14, 16], 100)
    (jumped,), (followed,) = predict(jump, 1, NONE), predict(smooth, 1, NONE)
    assert jumped.surprise < 1e-6
    assert not jumped.covered
    assert followed.covered
    assert 0.1 < followed.surprise < 0.9
    assert followed.low <= 0.16 <= followed.high


def test_with_three_examples_nothing_is_a_surprise_that_could_have_been():
    (found,) = predict(curves([0, 1, 1, 2, 2, 3], 3), 1, NONE)
    assert found.covered
    assert found.width > 0.5


def test_the_interval_is_wider_two_scales_away_and_with_noise():
    some = curves([10, 13, 17, 22, 26, 33, 38, 45], 100)
    (near,), (_, far) = predict(some, 1, NONE), predict(some, 2, NONE)
    (noisy,) = predict(some, 1, np.array([0.05]))
    assert near.width < far.width
    assert near.width < noisy.width


def test_intervals_cover_in_a_smooth_scenario():
    some = smooth_curves(400, 50, scales=9, seed=4)
    (found,) = predict(some, 1, np.zeros(400))
    assert 0.92 < found.covered.mean() < 0.99


def test_the_gaussian_interval_by_hand():
    # Through 0, 1, 2 with residuals that are nearly none: 3 is foreseen.
    y = np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 1.1, 1.9, 9.0]])
    x = np.tile(np.arange(4.0), (2, 1))
    (found,) = predict_gaussian(y, x, 1)
    assert found.predicted[0] == pytest.approx(3)
    assert found.covered.tolist() == [1, 0] or found.width[1] > 12


def test_a_large_set_excludes_a_jump_and_a_small_one_does_not():
    smooth = [[10, 13, 17, 22, 26, 33, 38, 45, 50]]
    large, small = curves(np.array(smooth) * 10, 1000), curves([[0, 0, 1, 1, 1, 1, 2, 2, 2]], 3)
    assert jump_excluded(large, fit_curvature(large), 0.1)
    assert not jump_excluded(small, fit_curvature(small), 0.2)


def test_a_true_jump_is_seldom_excluded():
    some = smooth_curves(150, 200, scales=12, seed=8)
    jumped = some._replace(counts=some.counts + 40 * (np.arange(12) >= 8))
    jumped = jumped.take(jumped.counts.max(axis=1) < 196)
    assert len(jumped.counts) > 80
    assert jump_excluded(jumped, fit_curvature(jumped), 0.2).mean() < 0.12


def test_zeros_by_hand():
    # Two scales with p = 1/2 and one example: zeros are a coin each.
    some = curves([0, 0, 1, 1], 1)
    eta = np.full((1, 4), np.log(np.log(2)))
    found = zeros(some, eta, NONE)
    assert found.expected == pytest.approx(2)
    assert found.expected_counts == pytest.approx(np.full((1, 4), 0.5))
    coins = stats.binom(4, 0.5)
    assert found.p == pytest.approx(coins.sf(2) + coins.pmf(2) / 2)


def test_pooled_correlation_finds_the_one_that_was_drawn():
    some = smooth_curves(400, 80, rho=0.04, seed=6)
    x2 = pearson(some.counts, some.n, probability(fit_curvature(some).eta, some.chance[:, None]))
    assert correlation(x2, np.full(400, 7.0), some.n[:, 0]) == pytest.approx(0.04, abs=0.008)
    assert correlation(np.zeros(3), np.ones(3), np.full(3, 9.0)) == 0


def test_slope_spread_leaves_out_noise():
    rng = np.random.default_rng(1)
    se = np.full(4000, 0.1)
    alpha = rng.normal(-0.1, 0.05, 4000) + rng.normal(0, se)
    found = slope_spread(alpha, se, np.ones(4000))
    assert found.median == pytest.approx(-0.1, abs=0.01)
    assert found.deviation == pytest.approx(0.05, abs=0.02)
    assert found.edge == pytest.approx(found.median - 1.96 * found.deviation, abs=1e-4)


def test_weighted_median_by_hand():
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])) == 2


def test_likelihood_ratio_agrees_with_the_score_test_on_a_clear_jump_and_on_none():
    both = curves([[20, 22, 24, 26, 28, 70, 72, 74, 76, 78], [20, 22, 24, 26, 28, 30, 32, 35, 38, 41]], 100)
    null = null_model(both, fit_curvature(both).eta, 2)
    found = likelihood_ratio_test("break", both, null, np.zeros(2), np.random.default_rng(0))
    assert found.p[0] < 0.002
    assert found.p[1] > 0.05


@pytest.mark.parametrize(("n", "is_steep"), [(100, True), (30, True), (3, False)])
def test_a_step_of_many_examples_is_steep_and_of_three_is_not(n, is_steep):
    found = evaluated(curves([0, 0, 0, 0, 0, 0, 0, n], n, x=np.arange(8) * 0.8), (1000,))
    assert (found["steep_p"][0] < 0.001) == is_steep
    # The smooth family swallows the step: a free slope fits it without rest.
    assert found["break_p"][0] > 0.05
    assert found["curvature_p"][0] > 0.05


def test_likelihood_ratio_finds_curvature():
    bent = curves([60, 45, 32, 25, 24, 25, 33, 45, 60], 100)
    null = null_model(bent, fit_power_law(bent).eta, 1)
    found = likelihood_ratio_test("curvature", bent, null, NONE, np.random.default_rng(0))
    assert found.p < 0.01


def test_gaussian_tests_hold_their_level_and_find_a_jump(monkeypatch):
    monkeypatch.setattr(gaussian, "DRAWS", 4_000)  # a p value of 5 % to within 0.4 % (one standard error)
    rng = np.random.default_rng(9)
    x = np.tile(np.arange(10.0) - 4.5, (600, 1))
    y = 0.3 * x + rng.normal(0, 1, x.shape)
    found = gaussian_tests(y, x, np.random.SeedSequence(1))
    for test in ("curvature", "break"):
        assert 0.025 < (found[f"{test}_p"] < 0.05).mean() < 0.08, test
    jumped = gaussian_tests(y[:50] + 8 * (x[:50] > 1), x[:50], np.random.SeedSequence(1))
    assert (jumped["break_p"] < 0.05).mean() > 0.8


def test_below_chance_is_fitted_and_not_tested():
    found = evaluated(curves([25, 24, 26, 2], 100, chance=0.25))
    assert found["status"][0] == "below_chance"
    assert np.isnan(found["break_p"][0])
    assert np.isfinite(found["alpha"][0])
    assert found["chance_free"][0] < 0.25


def test_every_column_has_a_value_a_curve():
    some = smooth_curves(6, 20)
    for name, column in evaluated(some).items():
        assert len(column) == 6, name
