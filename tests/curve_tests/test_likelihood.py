"""The beta-binomial likelihood and the shapes of a curve, against scipy and numeric differentiation."""

import math
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from scipy import special, stats

from pipeline.core.settings import ROOT
from pipeline.curve_tests.likelihood import (
    LEAST_P,
    LEAST_STEP,
    LOGISTIC,
    MIXTURE,
    POWER_LAW,
    best_p,
    digamma_less_log,
    draw,
    largest_log_likelihoods,
    log_likelihood,
    mass,
    probability,
    rising,
    shape,
    stirling,
    trigamma,
)

KINDS = (POWER_LAW, LOGISTIC, MIXTURE)


def step_of(rho):
    return rho / (1 - rho)


def distribution(n, p, rho):
    """As scipy has it."""
    return stats.binom(n, p) if rho == 0 else stats.betabinom(n, p / step_of(rho), (1 - p) / step_of(rho))


def counts_of(n):
    return np.unique(np.linspace(0, n, 9).astype(int))


@pytest.mark.parametrize("n", [1, 2, 13, 50, 1000])
@pytest.mark.parametrize("p", [1e-6, 0.03, 0.5, 0.97])
@pytest.mark.parametrize("rho", [0.0, 1e-4, 0.02, 0.4])
def test_likelihood_is_scipy_s_up_to_the_ways_to_choose(n, p, rho):
    y, step = counts_of(n), step_of(rho)
    constant = np.log(special.binom(n, y)) if n < 1000 else stats.binom.logpmf(y, n, 0.5) + n * math.log(2)
    constant = constant - np.log1p(step * np.arange(n)).sum()
    found = np.array([log_likelihood(int(count), n, p, step) for count in y]) + constant
    assert found == pytest.approx(distribution(n, p, rho).logpmf(y), rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("rho", [1.1 * LEAST_STEP, 1e-6, 1e-4])
@pytest.mark.parametrize("factors", [12, 13, 400])
def test_a_tiny_correlation_gives_the_sum_of_logs(rho, factors):
    terms = 0.3 + step_of(rho) * np.arange(factors)
    expected = np.log(terms).sum(), (1 / terms).sum(), -(1 / terms**2).sum()
    assert rising(0.3, step_of(rho), factors) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("factors", [3, 400])
def test_a_correlation_that_is_nearly_none_is_none(factors):
    assert rising(0.3, 0.9 * LEAST_STEP, factors) == rising(0.3, 0.0, factors)


@pytest.mark.parametrize("count", [0, 1, 12, 13, 14, 60])
@pytest.mark.parametrize("rho", [0.0, 0.001, 0.3])
def test_slope_is_that_of_the_likelihood(count, rho):
    n, p, step, little = 60, 0.37, step_of(rho), 1e-5
    numeric = (log_likelihood(count, n, p + little, step) - log_likelihood(count, n, p - little, step)) / (2 * little)
    slope = rising(p, step, count)[1] - rising(1 - p, step, n - count)[1]
    assert slope == pytest.approx(numeric, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("first", [1e-12, 1e-3, 0.2, 0.999, 1.0])
@pytest.mark.parametrize("step", [1e-5, 0.02, 0.2499, 0.25, 1.0])
@pytest.mark.parametrize("factors", [0, 1, 12, 13, 50, 5000])
def test_factors_and_their_slopes_are_those_of_sums(first, step, factors):
    terms = first + step * np.arange(factors)
    expected = np.log(terms).sum(), (1 / terms).sum(), -(1 / terms**2).sum()
    assert rising(first, step, factors) == pytest.approx(expected, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("x", [8.0, 11.3, 1e7])
def test_series_are_scipy_s(x):
    rest = special.gammaln(x) - ((x - 0.5) * math.log(x) - x + math.log(2 * math.pi) / 2)
    assert stirling(1 / x) == pytest.approx(rest, abs=1e-12 * special.gammaln(x))
    assert math.log(x) + digamma_less_log(1 / x) == pytest.approx(special.digamma(x), rel=1e-12)
    assert trigamma(1 / x) == pytest.approx(special.polygamma(1, x), rel=1e-12)


@pytest.mark.parametrize("count", [0, 4, 10])
def test_without_correlation_a_count_is_likeliest_at_its_share(count):
    assert best_p(count, 10, 0.0) == pytest.approx(count / 10, abs=LEAST_P)


def test_the_largest_likelihoods_are_those_of_the_shares():
    expected = 4 * math.log(0.4) + 6 * math.log(0.6)
    assert largest_log_likelihoods(10, 0.0)[[0, 4, 6, 10]] == pytest.approx([0, expected, expected, 0], abs=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.03, 0.4])
def test_no_other_p_beats_the_best(rho):
    best = largest_log_likelihoods(10, step_of(rho))
    others = np.append(np.linspace(1e-9, 1 - 1e-9, 301), np.geomspace(1e-9, 0.1, 50))
    for count in range(11):
        assert best[count] == pytest.approx(log_likelihood(count, 10, best_p(count, 10, step_of(rho)), step_of(rho)))
        assert max(log_likelihood(count, 10, p, step_of(rho)) for p in others) <= best[count] + 1e-8


@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_with_correlation_the_best_p_lies_between_the_share_and_a_half(n):
    found, shares = np.array([best_p(count, n, step_of(0.2)) for count in range(n + 1)]), np.arange(n + 1) / n
    assert (np.abs(found - 0.5) <= np.abs(shares - 0.5) + 1e-9).all()
    assert found == pytest.approx(1 - found[::-1], abs=1e-9)
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("n", [1, 3, 60, 1000])
@pytest.mark.parametrize("p", [1e-12, 0.02, 0.5, 1 - 1e-9])
@pytest.mark.parametrize("rho", [0.0, 0.02, 0.4])
def test_mass_is_scipy_s(n, p, rho):
    found = np.empty(n + 1)
    mass(p, n, step_of(rho), found)
    assert found == pytest.approx(distribution(n, p, rho).pmf(np.arange(n + 1)), abs=1e-9)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_draw_inverts_the_cumulative_distribution():
    cumulated = stats.binom.cdf(np.arange(31), 30, 0.3)
    uniforms = np.append(np.random.default_rng(1).random(500), [0.0, 1e-300, 0.9999999])
    found = [draw(cumulated, uniform) for uniform in uniforms]
    assert found == np.searchsorted(cumulated, uniforms, side="right").tolist()


def test_draw_gives_no_count_that_is_impossible():
    cumulated = np.array([0.0, 0.0, 0.4, 0.4, 1 - 1e-16, 1 - 1e-16])
    assert {draw(cumulated, uniform) for uniform in (0.0, 0.2, 0.3999)} == {2}
    assert {draw(cumulated, uniform) for uniform in (0.4, 0.7, 0.99)} == {4}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("eta", [-20.0, -4.0, -0.5, 0.0, 0.7, 1.3])
def test_fall_is_the_derivative_of_the_shape(kind, eta):
    little = 1e-5
    numeric = (shape(eta - little, kind)[0] - shape(eta + little, kind)[0]) / (2 * little)
    assert shape(eta, kind)[1] == pytest.approx(numeric, rel=1e-6, abs=1e-10)
    bend = (shape(eta + little, kind)[1] - shape(eta - little, kind)[1]) / (2 * little)
    assert shape(eta, kind)[2] == pytest.approx(bend, rel=1e-6, abs=1e-9)


def test_shapes_by_hand():
    assert shape(0.0, POWER_LAW)[0] == pytest.approx(math.exp(-1))
    assert shape(math.log(3), LOGISTIC)[0] == pytest.approx(1 / 4)
    assert shape(1.5, MIXTURE)[0] == pytest.approx((math.exp(-1) + math.exp(-math.exp(3))) / 2)


def test_a_logistic_curve_goes_on_to_zero():
    assert shape(8.0, LOGISTIC)[0] == pytest.approx(1 / (1 + math.exp(8)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chance", [0.0, 0.25])
@pytest.mark.parametrize("eta", [-1e6, -30.0, 0.0, 5.0, 1e6])
def test_probability_is_off_zero_and_one(kind, chance, eta):
    p = probability(eta, chance, kind, 1.0)
    assert 0 < p < 1
    assert p >= chance


def test_probability_goes_from_the_ceiling_to_chance():
    assert probability(-25.0, 0.25, POWER_LAW, 0.6) == pytest.approx(0.6)
    assert probability(5.0, 0.25, POWER_LAW, 0.6) == pytest.approx(0.25)
    assert probability(0.0, 0.25, LOGISTIC, 0.6) == pytest.approx((0.25 + 0.6) / 2)


def test_a_kernel_is_compiled_again_when_one_that_it_calls_changes(tmp_path):
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from pipeline.curve_tests.fitting import eta_of; print(eta_of(0.4, 0.0, 1, 1.0))"

    def found():
        own = os.environ | {"PYTHONPATH": str(tmp_path)}
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=own, check=True, capture_output=True, text=True
        )
        return float(run.stdout)

    before = found()
    kernels = tmp_path / "pipeline/curve_tests/likelihood.py"
    kernels.write_text(kernels.read_text().replace("math.exp(min(max(eta,", "math.exp(min(max(2 * eta,"))
    assert found() == pytest.approx(before / 2)
