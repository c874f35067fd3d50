"""Widths and midpoints of curves whose answer is known, and how two metrics of the same outputs compare."""

import numpy as np
import pandas as pd
import pytest

from pipeline.studies.networks.transitions import compared, interval, transition, transitions

SIZES = 2.0 ** np.arange(9)


def test_a_straight_line_passes_ten_to_ninety_per_cent_in_four_fifths_of_its_octaves():
    found = transition(SIZES, np.arange(9.0))
    assert (found.width, found.midpoint, found.start) == pytest.approx((6.4, 4.0, 0.8))
    assert not found.is_one_step
    assert found.is_cut


def test_a_step_has_the_width_that_the_grid_sets():
    found = transition(SIZES, np.array([0.0] * 4 + [1.0] * 5))
    assert (found.width, found.midpoint) == pytest.approx((0.8, 3.5))
    assert found.is_one_step
    assert not found.is_cut


def test_a_dip_is_smoothed_and_not_a_transition_of_its_own():
    straight, dipped = np.arange(9.0), np.array([0, 1, 3, 2, 4, 5, 6, 7, 8.0])
    assert transition(SIZES, dipped).width == pytest.approx(transition(SIZES, straight).width, abs=0.1)


@pytest.mark.parametrize("scores", [np.zeros(9), -np.arange(9.0)])
def test_a_curve_that_does_not_rise_has_no_transition(scores):
    assert transition(SIZES, scores) is None


def test_a_power_of_the_size_multiplies_widths_by_one_number():
    scores = 1 / (1 + np.exp(-(np.log2(SIZES) - 4)))
    assert transition(SIZES**3, scores).width == pytest.approx(3 * transition(SIZES, scores).width)


def test_all_of_k_right_moves_a_power_law_and_hardly_sharpens_it():
    sizes = 2.0 ** np.arange(0, 24)
    error = 0.5 * sizes**-0.5
    one, ten = (transition(sizes, np.exp(-k * error)) for k in (20, 200))
    assert ten.midpoint - one.midpoint == pytest.approx(np.log2(10) / 0.5, abs=0.2)
    assert ten.width == pytest.approx(one.width, rel=0.1)


def frame(*curves):
    return pd.DataFrame(
        [
            {"experiment": "e", "metric": metric, "seed": seed, "size": size, "score": score}
            for metric, seed, scores in curves
            for size, score in zip(SIZES, scores, strict=True)
        ]
    )


def test_two_metrics_are_compared_seed_by_seed():
    line, steep = np.arange(9.0), np.clip(np.arange(9.0) - 4, 0, 2)
    found = compared(
        transitions(frame(*(("a", seed, line) for seed in range(3)), *(("b", seed, steep) for seed in range(3)))),
        "a",
        "b",
    )
    assert (found["seeds"], found["narrower"]) == (3, 3)
    assert found["sharpening"] == pytest.approx(np.log2(1.6 / 6.4))
    assert (found["sharpening_low"], found["sharpening_high"]) == pytest.approx((found["sharpening"],) * 2)
    assert found["shift"] == pytest.approx(1.0)


def test_where_a_metric_is_flat_nothing_is_compared():
    found = transitions(frame(("a", 0, np.arange(9.0)), ("b", 0, np.zeros(9))))
    assert compared(found, "a", "b") == {"seeds": 0}


def test_an_interval_is_the_same_again_and_holds_the_mean():
    values = np.array([0.1, 0.3, 0.2, 0.5, 0.4, 0.0])
    low, high = interval(values)
    assert low < values.mean() < high
    assert interval(values) == (low, high)
