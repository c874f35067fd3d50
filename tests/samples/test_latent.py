"""The latent correlation: draws from the copula of the smooth worlds, and r found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.samples.latent import both_right, correlate
from pipeline.samples.logs import score_file
from pipeline.samples.paired import match
from tests.samples.made_logs import row, write


def drawn(rng, n, r, p):
    """Correctness of models with probabilities p, by the definition in pipeline/curve_tests/scenarios.py."""
    z, e = rng.standard_normal(n), rng.standard_normal((len(p), n))
    return (np.sqrt(r) * z + np.sqrt(1 - r) * e < stats.norm.ppf(p)[:, None]).astype(float)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-0.95, 0.95))
def test_the_probability_is_that_of_scipy(h, k, r):
    expected = stats.multivariate_normal.cdf([h, k], cov=[[1, r], [r, 1]], abseps=1e-10, releps=1e-10)
    assert both_right(h, k, r) == pytest.approx(float(expected), abs=1e-7)


@given(st.floats(-0.999, 0.999))
def test_the_probability_is_that_of_sheppard(r):
    assert both_right(0.0, 0.0, r) == pytest.approx(0.25 + np.arcsin(r) / (2 * np.pi), abs=1e-9)


@pytest.mark.parametrize("r", [0.0, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("p", [(0.5, 0.5), (0.3, 0.6), (0.1, 0.3)])
def test_r_is_found_again(r, p):
    first, second = drawn(np.random.default_rng(7), 200_000, r, p)
    found = correlate(first, second)
    assert found.r == pytest.approx(r, abs=0.03)
    assert found.low < found.r < found.high
    assert found.high - found.low < 0.06


def test_intervals_cover_as_often_as_they_say():
    rng = np.random.default_rng(11)
    found = [correlate(*drawn(rng, 150, 0.6, (0.3, 0.55))) for _ in range(200)]
    covered = np.mean([own.low <= 0.6 <= own.high for own in found])
    # Three standard errors about 0.95.
    assert 0.904 <= covered <= 0.996
    assert np.mean([own.r for own in found]) == pytest.approx(0.6, abs=0.03)


def test_the_order_of_models_and_examples_does_not_matter():
    rng = np.random.default_rng(3)
    first, second = drawn(rng, 300, 0.5, (0.3, 0.6))
    found, turn = correlate(first, second), rng.permutation(300)
    assert correlate(second[turn], first[turn]) == pytest.approx(found, abs=1e-3)
    assert correlate(1 - first, 1 - second) == pytest.approx(found, abs=1e-3)
    mirrored = correlate(1 - first, second)
    assert (mirrored.r, mirrored.low) == pytest.approx((-found.r, -found.high), abs=1e-3)


def test_equal_models_and_opposite_ones():
    first = np.array([0, 1] * 50, float)
    assert correlate(first, first).r == pytest.approx(0.999, abs=1e-3)
    assert correlate(first, first).high == 1.0
    assert correlate(first, 1 - first).r == pytest.approx(-0.999, abs=1e-3)
    assert correlate(first, 1 - first).low == -1.0


def test_a_model_whose_right_answers_are_among_the_others_leaves_r_open_upward():
    # All that the small one knows the large one knows: r may be 1, and is not small.
    small, large = np.zeros(200), np.zeros(200)
    small[:20], large[:160] = 1, 1
    found = correlate(small, large)
    assert found.high == 1.0
    assert 0 < found.low < 0.6


@pytest.mark.parametrize("second", [np.zeros(50), np.ones(50)])
def test_a_model_that_knows_all_or_nothing_tells_nothing(second):
    first = np.array([0, 1] * 25, float)
    assert tuple(correlate(first, second)) == pytest.approx((50, np.nan, -1.0, 1.0), nan_ok=True)


@pytest.mark.parametrize("values", [[], [np.nan]])
def test_no_examples_tell_nothing(values):
    assert np.isnan(correlate(np.array(values), np.array(values)).r)


def test_correctness_is_zero_or_one():
    with pytest.raises(ValueError, match="0 or 1"):
        correlate(np.array([0.5, 1.0]), np.array([0.0, 1.0]))


def test_from_two_logs_to_r(tmp_path):
    answers = drawn(np.random.default_rng(5), 2_000, 0.7, (0.4, 0.6))
    found = []
    for model, right in enumerate(answers):
        rows = [row(place, target=str(int(1 - own))) for place, own in enumerate(right)]
        # One of the logs lacks some examples, and is in another order.
        found += score_file(write(tmp_path, rows[model * 100 :][::-1], f"model_{model}")).filters
    same = match(found[0].examples, found[1].examples)
    values = [own.values("multiple_choice_grade")[at] for own, at in zip(found, (same.first, same.second), strict=True)]
    assert (same.basis, same.only_first, same.only_second) == ("doc_hash", 100, 0)
    assert correlate(*values).r == pytest.approx(0.7, abs=0.08)
