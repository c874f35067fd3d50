"""The smooth fit: worked examples, limits, and statsmodels on real curves."""

import itertools
import warnings

import duckdb
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.settings import ROOT
from pipeline.curve_tests import source
from pipeline.curve_tests.evaluate import status
from pipeline.curve_tests.fit import STEEPEST, fit_intercept, fit_line, fit_power_law
from pipeline.curve_tests.ladder import fit_ladder
from pipeline.curve_tests.model import deviance, eta_of, probability
from tests.made import curves, smooth_curves


def statuses(some):
    return list(status(some, fit_power_law(some)))


def test_the_model_by_hand():
    # eta = 0: a cross-entropy of one nat, so p = 1 / e; with chance 1/4, 1/4 + 3/4 / e.
    assert probability(np.array([0.0]), np.array([0.0])) == pytest.approx(np.exp(-1))
    assert probability(np.array([0.0]), np.array([0.25])) == pytest.approx(0.25 + 0.75 * np.exp(-1))
    assert eta_of(np.array([np.exp(-1)]), np.array([0.0])) == pytest.approx(0.0)


def test_deviance_by_hand():
    # One right of two where 1/4 was due: 2 (log(0.5 / 0.25) + log(0.5 / 0.75)).
    expected = 2 * (np.log(2) + np.log(2 / 3))
    assert deviance(np.array([[1.0]]), np.array([[2.0]]), np.array([[0.25]])) == pytest.approx(expected)


def test_two_levels_have_the_slope_that_one_computes_by_hand():
    # p = 1/4, 1/4, 1/2, 1/2 at x = -1, -1, 1, 1: alpha = (log log 2 - log log 4) / 2 = -log(2) / 2.
    found = fit_power_law(curves([25, 25, 50, 50], 100, x=[-1, -1, 1, 1]))
    assert found.alpha == pytest.approx(-np.log(2) / 2)
    assert found.intercept == pytest.approx((np.log(np.log(2)) + np.log(np.log(4))) / 2)
    assert found.deviance == pytest.approx(0, abs=1e-8)


def test_a_flat_curve_has_slope_zero_and_no_deviance():
    found = fit_power_law(curves([5, 5, 5, 5], 10))
    assert found.alpha == pytest.approx(0, abs=1e-6)
    assert found.deviance == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("counts", [[0, 0, 0, 0], [9, 9, 9, 9]])
def test_all_or_nothing_gives_finite_numbers(counts):
    found = fit_power_law(curves(counts, 9))
    assert np.isfinite(found.alpha).all()
    assert found.deviance == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("counts", "sign"),
    [([0, 0, 0, 9], -1), ([0, 0, 9, 9], -1), ([0, 0, 4, 9], -1), ([9, 9, 0, 0], 1), ([0, 0, 0, 2], -1)],
)
def test_a_step_is_separated_at_the_steepest_slope(counts, sign):
    one = curves(counts, 9)
    found = fit_power_law(one)
    assert statuses(one) == ["separated"]
    assert found.alpha == sign * STEEPEST
    assert found.deviance == pytest.approx(0, abs=1e-2)
    assert np.isinf(found.alpha_se)


def test_one_right_answer_out_of_order_is_no_step():
    assert statuses(curves([0, 1, 0, 9], 9)) == ["fitted"]


def test_chance_is_no_floor_for_models():
    assert statuses(curves([25, 24, 26, 25], 100, chance=0.25)) == ["at_chance"]
    assert statuses(curves([25, 24, 26, 2], 100, chance=0.25)) == ["below_chance"]
    assert statuses(curves([25, 30, 45, 60], 100, chance=0.25)) == ["fitted"]


def test_a_rise_from_chance_after_a_plateau_is_separated():
    one = curves([25, 25, 25, 25, 25, 80], 100, chance=0.25)
    assert statuses(one) == ["separated"]
    assert fit_power_law(one).deviance == pytest.approx(0, abs=1e-2)


def test_a_given_slope_is_kept():
    one = curves([10, 20, 30, 40], 100)
    found = fit_intercept(one, np.array([-0.5]))
    assert found.eta[0, 1] - found.eta[0, 0] == pytest.approx(-0.5)


def test_curves_do_not_touch_each_other():
    some = smooth_curves(40, 30, chance=0.2)
    together = fit_power_law(some)
    for row in (0, 17, 39):
        alone = fit_power_law(some.take(np.array([row])))
        assert alone.alpha[0] == pytest.approx(together.alpha[row], abs=1e-9)


def test_scales_without_examples_have_no_weight():
    full = curves([10, 20, 30, 40], 100)
    counts, n = (np.pad(values, ((0, 0), (0, 1))) for values in (full.counts, full.n))
    padded = full._replace(counts=counts, n=n, x=np.pad(full.x, ((0, 0), (0, 1)), constant_values=9.0))
    assert fit_line(padded).beta == pytest.approx(fit_line(full).beta, abs=1e-7)


SLACK = 1e-2  # a separated power law stands at |alpha| = 20, not at infinity


def rungs(counts, chance):
    """Deviances of a constant, the power law, curvature and a step."""
    one = curves(counts, 12, chance=chance)
    line, ladder = fit_power_law(one), fit_ladder(one)
    return [
        float(found[0]) for found in (ladder.constant, line.deviance, ladder.curvature.deviance, ladder.step.deviance)
    ]


@given(st.lists(st.integers(0, 12), min_size=4, max_size=8))
def test_every_rung_fits_at_least_as_well_as_the_one_below(counts):
    constant, line, curvature, step = rungs(counts, 0.0)
    assert line <= constant + SLACK
    assert curvature <= line + SLACK
    assert step <= curvature + SLACK


@given(st.lists(st.integers(0, 12), min_size=4, max_size=8), st.sampled_from([0.2, 0.5]))
def test_above_chance_too_but_for_the_rung_of_curvature(counts, chance):
    constant, line, curvature, step = rungs(counts, chance)
    assert line <= constant + SLACK
    assert step <= curvature + SLACK


@pytest.mark.xfail(strict=True, reason="curvature has one start and the power law many, and the likelihood two peaks")
def test_curvature_above_chance_on_a_curve_that_jumps_about():
    _, line, curvature, _ = rungs([10, 0, 10, 5, 0], 0.2)
    assert curvature <= line + SLACK


def test_every_rung_of_every_real_curve_fits_at_least_as_well_as_the_one_below():
    names = ("constant_deviance", "deviance", "curvature_deviance", "step_deviance")
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(ROOT / "outputs" / "tables" / "curve_tests.parquet"))
        found = table.select(*names).df().dropna()
    assert len(found) > 9_000
    for below, above in itertools.pairwise(names):
        assert (found[above] <= found[below] + SLACK).all()


def test_isotonic_deviance_of_a_rising_curve_is_zero():
    assert fit_ladder(curves([1, 2, 5, 9], 10)).monotone == pytest.approx(0, abs=1e-9)
    # 4 and 2 are pooled to 3 of 10 each.
    expected = deviance(np.array([[4.0, 2.0]]), np.array([[10.0, 10.0]]), np.array([[0.3, 0.3]]))
    assert fit_ladder(curves([1, 4, 2, 9], 10)).monotone == pytest.approx(expected)


def test_no_deviance_is_worse_than_that_of_statsmodels_on_500_real_curves(real):
    frame = source.read(real)
    free = frame[frame["set_aside"].isna() & (frame["basis"] == "binomial") & (frame["chance"] == 0)]
    compared = 0
    for _, part in free.sample(500, random_state=1).groupby("n_scales"):
        some = source.arrays(part)
        found = fit_power_law(some)
        for row in range(len(part)):
            theirs = statsmodels_fit(some, row)
            if theirs is None:
                continue
            compared += 1
            assert found.deviance[row] <= theirs.deviance + 1e-3 + 1e-6 * theirs.deviance
            if abs(theirs.deviance - found.deviance[row]) < 1e-6 and not found.is_separated[row]:
                assert found.alpha[row] == pytest.approx(-theirs.params[1], abs=1e-3)
                assert found.alpha_se[row] == pytest.approx(theirs.bse[1], rel=1e-2, abs=1e-3)
    assert compared >= 400


def statsmodels_fit(some, row):
    """Their fit of the same model, or none where it breaks down: log(-log p) = -(their log-log predictor)."""
    family = sm.families.Binomial(link=sm.families.links.LogLog())
    outcome = np.stack([some.counts[row], some.n[row] - some.counts[row]], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = sm.GLM(outcome, sm.add_constant(some.x[row]), family=family).fit()
        except ValueError:
            return None
    return theirs if np.isfinite(theirs.deviance) else None
