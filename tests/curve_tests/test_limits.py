"""Every part on the curves that break such code: all wrong, all right, a clean step, three examples, four scales."""

from functools import cache

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from pipeline.curve_tests.bounds import jump_excluded
from pipeline.curve_tests.evaluate import Chunk, evaluate
from pipeline.curve_tests.gaussian import gaussian_tests
from pipeline.curve_tests.ladder import fit_curvature, fit_ladder
from pipeline.curve_tests.model import Curves
from pipeline.curve_tests.predict import predict, predict_gaussian
from tests.made import curves, design_of

SEED = np.random.SeedSequence(2)
NONE = np.zeros(1)
ODD = {
    "all wrong": ([0, 0, 0, 0, 0, 0], 9),
    "all right": ([9, 9, 9, 9, 9, 9], 9),
    "a clean step": ([0, 0, 0, 9, 9, 9], 9),
    "a blip": ([0, 0, 3, 0, 0, 0], 3),
    "three examples": ([0, 0, 1, 0, 2, 3], 3),
    "four scales": ([0, 1, 2, 9], 9),
    "one example": ([0, 1, 0, 1], 1),
    "falling": ([90, 70, 40, 20, 5, 0], 100),
    "below chance": ([1, 2, 0, 1, 2, 1], 100),
}


@cache
def evaluated(scales, chance):
    """What is said of the odd curves of so many scales, together, as curves come: by name."""
    names = [name for name, (counts, _) in ODD.items() if len(counts) == scales]
    parts = [curves(*ODD[name], chance=chance) for name in names]
    some = Curves(*map(np.concatenate, zip(*parts, strict=True)))
    found = evaluate(Chunk(some.counts, some.n[:, 0], design_of(some), is_gaussian=False, seed=SEED), (60,))
    return {name: {key: column[row] for key, column in found.items()} for row, name in enumerate(names)}


@pytest.mark.parametrize("chance", [0.0, 0.25])
@pytest.mark.parametrize("name", ODD)
def test_every_number_is_one(name, chance):
    found = evaluated(len(ODD[name][0]), chance)[name]
    is_below = found["status"] == "below_chance"
    for column in (test + "_p" for test in ("curvature", "emergence", "steep", "steeper", "break")):
        assert np.isnan(found[column]) if is_below else 0 < found[column] <= 1, column
    assert np.isfinite(found["alpha"])
    assert np.isfinite(found["expected_counts"]).all()
    assert found["deviance"] >= 0
    if not is_below:
        assert 0 <= found["without_1_low"] <= found["without_1_predicted"] <= found["without_1_high"] <= 1
        assert found["jump_excluded_10"] in (0, 1)


def test_a_chunk_may_hold_one_curve():
    some = curves(*ODD["below chance"])
    alone = evaluate(Chunk(some.counts, some.n[:, 0], design_of(some), is_gaussian=False, seed=SEED), (60,))
    assert alone["alpha"] == pytest.approx(evaluated(6, 0.0)["below chance"]["alpha"])


def test_after_nothing_but_zeros_nothing_much_is_foreseen():
    (near,) = predict(curves([0, 0, 0, 0, 0, 0], 200), 1, NONE)
    assert near.predicted < 0.02
    assert near.low == 0
    assert near.covered
    (wide,) = predict(curves([0, 0, 0, 0, 0, 0], 3), 1, NONE)
    assert wide.width > near.width


def test_after_nothing_but_right_answers_all_are_foreseen():
    (found,) = predict(curves([100] * 6, 100), 1, NONE)
    assert found.high == 1
    assert found.predicted > 0.97


def test_four_scales_leave_nothing_to_exclude_a_jump_with():
    some = curves([500, 510, 520, 530], 1000)
    assert not jump_excluded(some, fit_curvature(some), 0.2)


def test_a_jump_of_the_size_that_is_there_is_not_excluded():
    # From 0.2 to 0.6 at once, with scales to spare on both sides.
    jumped = curves([200, 205, 210, 215, 220, 620, 625, 630, 635, 640], 1000)
    assert not jump_excluded(jumped, fit_curvature(jumped), 0.2)


def test_rungs_by_hand():
    # Half right at every scale: constant and all above fit without rest.
    flat = fit_ladder(curves([5, 5, 5, 5, 5], 10))
    assert flat.constant == pytest.approx(0)
    assert flat.curvature.deviance == pytest.approx(0, abs=1e-6)
    # 0 and 1 of one example, half of the time: four scales cost 2 log 2 each.
    assert fit_ladder(curves([0, 1, 0, 1], 1)).constant == pytest.approx(8 * np.log(2))
    # 0, 1, 0, 1 pooled to 0, 1/2, 1/2, 1: two scales cost 2 log 2 each.
    assert fit_ladder(curves([0, 1, 0, 1], 1)).monotone == pytest.approx(4 * np.log(2))


def test_the_step_is_found_where_it_is_and_goes_up():
    found = fit_ladder(curves([[20, 22, 24, 26, 70, 72, 74, 76], [76, 74, 72, 70, 26, 24, 22, 20]], 100))
    assert found.step_at[0] == 4
    assert found.step.beta[0, 3] < 0  # a fall of eta is a rise of p
    assert found.step.deviance[0] < found.curvature.deviance[0] - 10
    assert found.step.deviance[1] <= found.curvature.deviance[1]
    assert np.isnan(found.step_at[1]) or found.step.beta[1, 3] <= 0


def test_gaussian_curvature_is_the_t_of_a_regression():
    y, x = np.array([[1.0, 1.3, 1.1, 2.4, 3.9, 7.2, 9.9]]), np.arange(7.0)[None] - 3
    found = gaussian_tests(y, x, SEED)
    regression = sm.OLS(y[0], np.stack([np.ones(7), x[0], x[0] ** 2], axis=1)).fit()
    assert found["curvature_statistic"] == pytest.approx(abs(regression.tvalues[2]))
    assert found["curvature_p"] == pytest.approx(regression.pvalues[2])


def test_gaussian_scores_in_other_units_have_the_same_tests():
    rng = np.random.default_rng(0)
    x = np.tile(np.arange(8.0) - 3.5, (5, 1))
    y = x + rng.normal(0, 1, x.shape)
    one, other = gaussian_tests(y, x, SEED), gaussian_tests(100 * y + 7, x, SEED)
    for name in ("curvature_p", "break_p", "emergence_p"):
        assert one[name] == pytest.approx(other[name], abs=1e-3), name


def test_the_gaussian_interval_is_that_of_a_regression():
    y, x = np.array([[1.0, 2.1, 2.9, 4.2, 5.0]]), np.arange(5.0)[None]
    (found,) = predict_gaussian(y, x, 1)
    regression = sm.OLS(y[0, :4], sm.add_constant(x[0, :4])).fit()
    frame = regression.get_prediction([1.0, 4.0]).summary_frame(alpha=0.05)
    assert found.low == pytest.approx(frame["obs_ci_lower"].to_numpy())
    assert found.high == pytest.approx(frame["obs_ci_upper"].to_numpy())
    half = (found.high - found.low) / 2
    error = half / stats.t.ppf(0.975, 2)
    assert found.surprise == pytest.approx(stats.t.sf((5.0 - found.predicted) / error, 2))
