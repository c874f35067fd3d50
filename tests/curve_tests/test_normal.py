"""Tests with normal noise, against regressions of statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from pipeline.curve_tests import normal

X = np.arange(8.0) - 3.5
Y = np.array([1.0, 1.3, 1.1, 2.4, 3.9, 3.2, 5.9, 5.1])
ERROR = np.array([0.3, 0.2, 0.4, 0.3, 0.5, 0.2, 0.6, 0.4])


def result_of(y, x=X, error=None):
    return normal.test_normal(y, x, error)


def columns(*more):
    return np.stack([np.ones(8), X, *more], axis=1)


def z_of_last(design):
    fitted = sm.WLS(Y, design, weights=1 / ERROR**2).fit()
    return fitted.params[-1] / np.sqrt(fitted.normalized_cov_params[-1, -1])


def step(place):
    return (np.arange(8) >= place).astype(float)


def test_with_standard_errors_curvature_is_the_z_of_a_weighted_regression():
    found = result_of(Y, error=ERROR)
    assert found.statistic["curved"] == pytest.approx(abs(z_of_last(columns(X**2))))
    assert found.p["curved"] == pytest.approx(2 * stats.norm.sf(found.statistic["curved"]))


def test_with_standard_errors_a_step_is_the_largest_z():
    z = [z_of_last(columns(X**2, step(place))) for place in range(1, 8)]
    found = result_of(Y, error=ERROR)
    assert found.statistic["broken"] == pytest.approx(max(z))
    assert found.place == np.argmax(z) + 1


def test_with_standard_errors_goodness_is_the_weighted_sum_of_squares():
    found = result_of(Y, error=ERROR)
    left = sm.WLS(Y, columns(), weights=1 / ERROR**2).fit().resid / ERROR
    assert found.statistic["goodness"] == pytest.approx((left**2).sum())
    assert found.p["goodness"] == pytest.approx(stats.chi2.sf((left**2).sum(), 6))


def test_without_them_curvature_is_the_t_of_a_regression():
    theirs, found = sm.OLS(Y, columns(X**2)).fit(), result_of(Y)
    assert found.statistic["curved"] == pytest.approx(abs(theirs.tvalues[2]))
    assert found.p["curved"] == pytest.approx(theirs.pvalues[2])


def test_without_them_a_step_is_the_largest_t_and_there_is_no_goodness():
    t = [sm.OLS(Y, columns(X**2, step(place))).fit().tvalues[3] for place in range(1, 8)]
    found = result_of(Y)
    assert found.statistic["broken"] == pytest.approx(max(t))
    assert found.place == np.argmax(t) + 1
    assert "goodness" not in found.p


@pytest.mark.parametrize("is_known", [True, False])
def test_other_units_change_nothing(is_known):
    one, other = (result_of(a * Y + b, 3 * X, a * ERROR if is_known else None) for a, b in ((1, 0), (100, 7)))
    assert one.p == pytest.approx(other.p, rel=1e-6)


@pytest.mark.parametrize("is_known", [True, False])
def test_p_of_lines_is_uniform_and_a_jump_is_found(is_known):
    rng = np.random.default_rng(9)
    drawn = 0.3 * X + ERROR * rng.standard_normal((300, 8)) if is_known else 0.3 * X + rng.normal(0, 1, (300, 8))
    error = ERROR if is_known else None
    found = [result_of(y, error=error).p for y in drawn]
    for test in found[0]:
        p = np.array([one[test] for one in found])
        assert stats.kstest(p, "uniform").pvalue > 0.001, test
    jumped = [result_of(y + 12 * step(5), error=error).p["broken"] for y in drawn[:20]]
    assert np.mean(np.array(jumped) < 0.05) > 0.8


@pytest.mark.parametrize("held_out", [1, 2])
def test_the_forecast_is_the_prediction_interval_of_a_regression(held_out):
    kept = len(Y) - held_out
    theirs = sm.OLS(Y[:kept], columns()[:kept]).fit().get_prediction([1.0, X[-1]]).summary_frame(alpha=0.05)
    found = normal.forecast_normal(Y, X, None, held_out)
    expected = theirs[["mean", "obs_ci_lower", "obs_ci_upper"]].to_numpy()[0]
    assert found[:3] == pytest.approx(expected)
    error = (found.high - found.predicted) / stats.t.ppf(0.975, kept - 2)
    assert found.upper_p == pytest.approx(stats.t.sf((Y[-1] - found.predicted) / error, kept - 2))
    assert found.lower_p == pytest.approx(1 - found.upper_p)


def test_with_standard_errors_the_forecast_has_that_of_the_line_and_of_the_score():
    fitted = sm.WLS(Y[:-1], columns()[:-1], weights=1 / ERROR[:-1] ** 2).fit()
    at = np.array([1.0, X[-1]])
    spread = np.sqrt(at @ fitted.normalized_cov_params @ at + ERROR[-1] ** 2)
    found = normal.forecast_normal(Y, X, ERROR, 1)
    assert found.predicted == pytest.approx(at @ fitted.params)
    assert found.high - found.low == pytest.approx(2 * stats.norm.ppf(0.975) * spread)
    assert found.upper_p == pytest.approx(stats.norm.sf((Y[-1] - found.predicted) / spread))


def test_four_scales_have_numbers_but_no_step_where_noise_is_not_known():
    y, x = np.array([1.0, 2.0, 2.5, 7.0]), np.arange(4.0) - 1.5
    known, unknown = result_of(y, x, ERROR[:4]), result_of(y, x)
    assert all(0 < p <= 1 for p in known.p.values())
    assert 0 < unknown.p["curved"] <= 1
    assert np.isnan(unknown.p["broken"])
    assert unknown.place is None
