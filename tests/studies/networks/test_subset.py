"""Subset accuracy: the closed form against counting, against p^K, and against drawn groups."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.studies.networks import subset


@pytest.mark.parametrize(
    ("correct", "total", "group_size", "share"),
    [(5, 5, 3, 1.0), (0, 5, 1, 0.0), (2, 5, 3, 0.0), (3, 5, 1, 0.6), (3, 5, 3, 0.1), (4, 5, 2, 0.6)],
)
def test_worked_examples(correct, total, group_size, share):
    assert subset.expected(correct, total, group_size) == pytest.approx(share, abs=1e-15)


@given(st.integers(1, 9), st.data())
def test_the_closed_form_counts_groups(total, data):
    correct = data.draw(st.integers(0, total))
    group_size = data.draw(st.integers(1, total))
    images = [index < correct for index in range(total)]
    groups = list(itertools.combinations(images, group_size))
    assert subset.expected(correct, total, group_size) == pytest.approx(sum(map(all, groups)) / len(groups))


@given(st.integers(1, 900), st.data())
def test_the_closed_form_is_a_ratio_of_binomials(total, data):
    correct = data.draw(st.integers(0, total))
    group_size = data.draw(st.integers(1, min(total, 12)))
    ratio = math.comb(correct, group_size) / math.comb(total, group_size)
    assert subset.expected(correct, total, group_size) == pytest.approx(ratio, rel=1e-12)


def test_it_is_the_unbiased_estimate_of_p_to_the_k():
    total, p, group_size = 40, 0.8, 5
    counts = np.arange(total + 1)
    weights = np.array([math.comb(total, c) * p**c * (1 - p) ** (total - c) for c in counts])
    mean = sum(w * subset.expected(int(c), total, group_size) for w, c in zip(weights, counts, strict=True))
    assert mean == pytest.approx(p**group_size, rel=1e-10)


def test_larger_groups_are_never_easier():
    shares = [subset.expected(700, 797, size) for size in range(1, 20)]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("group_size", [1, 3, 5, 10])
def test_drawn_groups_agree_with_the_closed_form(group_size):
    is_correct = np.arange(797) % 8 != 0
    drawn = subset.resampled(is_correct, group_size, 20_000, np.random.default_rng(group_size))
    share = subset.expected(int(is_correct.sum()), 797, group_size)
    error = math.sqrt(share * (1 - share) / 20_000)
    # Four standard errors: a true closed form fails once in 16,000 seeds, and the seed is fixed.
    assert abs(drawn.mean() - share) < 4 * error


def test_groups_hold_different_images():
    # With one wrong image of four, groups of all four are never right and groups of none wrong never fail.
    rng = np.random.default_rng(0)
    assert not subset.resampled(np.array([True, True, True, False]), 4, 200, rng).any()
    assert subset.resampled(np.ones(4, dtype=bool), 4, 200, rng).all()


def test_the_error_over_test_sets_agrees_with_simulated_test_sets():
    total, p, group_size = 797, 0.9, 5
    counts = np.random.default_rng(1).binomial(total, p, size=4_000)
    simulated = np.std([subset.expected(int(count), total, group_size) for count in counts])
    # The simulated value has a relative error of about 1 / sqrt(2 * 4,000) = 1.1 %; the delta method adds its own.
    assert subset.expected_error(round(total * p), total, group_size) == pytest.approx(simulated, rel=0.05)


@pytest.mark.parametrize(("correct", "total", "group_size"), [(3, 5, 0), (3, 5, 6), (6, 5, 1), (-1, 5, 1)])
def test_impossible_groups_are_refused(correct, total, group_size):
    with pytest.raises(ValueError, match="no groups of"):
        subset.expected(correct, total, group_size)
