"""Rho from the scatter of curves about their fits: recovered where it is known, and pooled over tasks."""

import numpy as np
import pandas as pd
import pytest

from pipeline.curve_tests import correlation
from pipeline.curve_tests.correlation import LARGEST_EXCESS, LARGEST_RHO, PRIOR_SCALES, by_task
from tests.made import frame_of, smooth_counts


def framed(counts, n, *, answers="free answer", **columns):
    return frame_of(counts, n, **columns).assign(answers=answers, n_test_class="50-199")


@pytest.mark.parametrize(("rho", "chance"), [(0.02, 0.0), (0.1, 0.0), (0.04, 0.25)])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_correlation_that_was_drawn_is_found_to_a_quarter(rho, chance, seed):
    counts = smooth_counts(250, 60, rho=rho, chance=chance, seed=seed)
    assert by_task(framed(counts, 60, tasks=1, chance=chance)).iloc[0] == pytest.approx(rho, rel=0.25)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_independent_examples_have_none(seed):
    found = by_task(framed(smooth_counts(250, 60, seed=seed), 60, tasks=1))
    assert 0 <= found.iloc[0] < 0.002


def test_a_late_gain_does_not_change_it():
    counts = smooth_counts(20, 60, rho=0.05)
    gained = counts.copy()
    gained[:, -1] = 60
    assert by_task(framed(counts, 60)).equals(by_task(framed(gained, 60)))


def test_a_bend_is_no_noise():
    x = np.linspace(-1, 1, 10)
    p = np.exp(-np.exp(1.0 - 0.2 * x - 1.2 * x**2))
    counts = np.random.default_rng(1).binomial(100, p, (150, 10))
    assert by_task(framed(counts, 100, tasks=1)).iloc[0] < 0.002


def test_a_task_of_many_curves_has_its_own():
    counts = np.concatenate([smooth_counts(150, 60, rho=rho, seed=3) for rho in (0.01, 0.12)])
    frame = framed(counts, 60).assign(task=["calm"] * 150 + ["noisy"] * 150)
    found = by_task(frame).groupby(frame["task"]).first()
    assert found["calm"] < 0.03
    assert found["noisy"] > 0.09


def test_a_task_of_one_curve_is_pulled_to_its_kind():
    counts = np.concatenate([smooth_counts(150, 60, rho=0.1, seed=4), np.full((1, 10), 30)])
    frame = framed(counts, 60).assign(task=["noisy"] * 150 + ["calm"])
    kind, own = by_task(frame.assign(task="all")).iloc[0], by_task(frame).iloc[-1]
    # The curve on its line says -1 / 59 with 6 degrees of freedom, its kind what it says with PRIOR_SCALES.
    assert own == pytest.approx((PRIOR_SCALES * kind - 6 / 59) / (PRIOR_SCALES + 6), rel=1e-6)


def test_kinds_do_not_mix():
    noisy, calm = smooth_counts(60, 60, rho=0.1, seed=5), smooth_counts(60, 60, seed=6)
    both = pd.concat([framed(noisy, 60), framed(calm, 60, answers="multiple choice")], ignore_index=True)
    found = by_task(both)
    assert found[:60].tolist() == by_task(framed(noisy, 60)).tolist()
    assert found[60:].tolist() == by_task(framed(calm, 60, answers="multiple choice")).tolist()


def test_a_broken_curve_counts_up_to_the_largest_excess(monkeypatch):
    frame = framed(np.full((4, 10), 30), 60, tasks=1)
    monkeypatch.setattr(correlation, "_pearson", lambda _: 1e9)
    assert by_task(frame).iloc[0] == min(LARGEST_RHO, (LARGEST_EXCESS - 1) / 59)


def test_one_example_tells_nothing():
    assert by_task(framed([[0, 1, 0, 1, 1, 1]], 1)).tolist() == [0]


def test_neither_order_nor_index_matters():
    frame = framed(smooth_counts(40, 60, rho=0.05), 60, tasks=4)
    shuffled = frame.set_index(np.arange(40) * 7 + 3).sample(frac=1, random_state=1)
    expected = by_task(frame).set_axis(np.arange(40) * 7 + 3)
    pd.testing.assert_series_equal(by_task(shuffled).sort_index(), expected, rtol=1e-12)
