"""Counts drawn from a fitted model."""

import numpy as np
import pytest
from scipy import stats

from pipeline.curve_tests.beta_binomial import distribution, draw


def test_two_examples_by_hand():
    # P(both right) = p^2 + rho p (1 - p).
    p, rho = 0.3, 0.2
    both = p**2 + rho * p * (1 - p)
    found = distribution(np.array([p]), 2, np.array([rho]))[0]
    assert found[2] == pytest.approx(both)
    assert found[1] == pytest.approx(2 * (p - both))


@pytest.mark.parametrize("n", [3, 9, 170, 1024])
@pytest.mark.parametrize("p", [1e-9, 0.01, 0.5, 0.999])
def test_without_correlation_it_is_the_binomial(n, p):
    expected = stats.binom.pmf(np.arange(n + 1), n, p)
    assert distribution(np.array([p]), n, np.array([0.0]))[0] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("rho", [0.02, 0.3])
def test_with_correlation_it_is_the_beta_binomial(rho):
    p, n = 0.2, 50
    a, b = p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho
    expected = stats.betabinom.pmf(np.arange(n + 1), n, a, b)
    assert distribution(np.array([p]), n, np.array([rho]))[0] == pytest.approx(expected, abs=1e-10)


def test_draws_have_the_distribution_s_mean_and_variance():
    table = np.cumsum(distribution(np.array([0.3]), 40, np.array([0.05])), axis=1)
    found = draw(np.random.default_rng(3), table, 40_000)[0]
    assert found.mean() == pytest.approx(12, abs=0.1)
    assert found.var() == pytest.approx(40 * 0.3 * 0.7 * (1 + 39 * 0.05), rel=0.03)


def test_impossible_and_certain_answers_never_vary():
    table = np.cumsum(distribution(np.array([0.0, 1.0]), 9, np.zeros(2)), axis=1)
    found = draw(np.random.default_rng(0), table, 1000)
    assert (found[0] == 0).all()
    assert (found[1] == 9).all()
