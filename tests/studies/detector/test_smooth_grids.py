"""E of exact smooth curves on grids worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from pipeline.studies.detector.compute import SHAPES, logistic, power_law, smooth_grids, straight

EVEN = [10, 100, 1_000, 10_000, 100_000]


def found_on(scales):
    table = smooth_grids(pd.DataFrame({"family": ["F"], "scales": [scales]})).set_index("shape")
    return table["emergence_score"], table["emergence_score_evenly_spaced"]


def test_a_straight_line_on_evenly_spaced_scales_has_the_number_of_steps():
    own, even = found_on(EVEN)
    assert own["straight line"] == pytest.approx(4)
    assert even.to_numpy() == pytest.approx(own.to_numpy())


def test_a_straight_line_on_uneven_scales_has_the_range_over_the_median_step():
    # Doublings 1, 1, 1, 7: the median step is one of 10.
    own, even = found_on([1, 2, 4, 8, 1024])
    assert own["straight line"] == pytest.approx(10)
    assert even["straight line"] == pytest.approx(4)
    # 1 and 3 are the middle two of four steps: root of their mean square.
    assert found_on([1, 2, 4, 32, 1024])[0]["straight line"] == pytest.approx(10 / np.sqrt((1 + 9) / 2))


def test_a_power_law_by_hand():
    # At N = 1, 4, 16, 64 minus N^-0.5 is -1, -1/2, -1/4, -1/8.
    own, _ = found_on([1, 4, 16, 64])
    assert own["power law, 0.5"] == pytest.approx((7 / 8) / (1 / 4))
    assert own["power law, 0.076"] == pytest.approx((1 - 64**-0.076) / (4**-0.076 - 16**-0.076))


def test_the_unit_of_scale_does_not_matter():
    for one, other in zip(found_on(EVEN), found_on([7 * scale for scale in EVEN]), strict=True):
        assert one.to_numpy() == pytest.approx(other.to_numpy())


def test_the_logistic_is_centred_and_as_wide_as_said():
    x = np.linspace(3.0, 7.0, 33)
    values = logistic(x)
    assert values + values[::-1] == pytest.approx(1)
    inside = x[(values > 0.119) & (values < 0.881)]
    assert np.ptp(inside) == pytest.approx(1.0)
    assert list(straight(x)) == list(x)
    assert (np.diff(power_law(0.5)(x)) > 0).all()


def test_every_shape_rises_on_every_grid_and_is_told():
    table = smooth_grids(pd.DataFrame({"family": ["A", "B"], "scales": [EVEN, [3, 5, 900]]}))
    assert len(table) == 2 * len(SHAPES)
    assert (table["emergence_score"] > 0).all()
    assert table["definition"].str.len().min() > 10
    assert list(table["n_scales"].unique()) == [5, 3]


def test_the_real_grids(real):
    found = real.execute("from spacing").df().set_index("family")
    assert found.loc["BIG-G T=0", "last_step_factor"] == pytest.approx(4.74, abs=0.01)
    assert found.loc["GPT", "last_step_factor"] == pytest.approx(13.46, abs=0.01)
    assert found.loc[["BIG-G T=0", "GPT"], "median_step_factor"].between(2, 2.5).all()
    steep = real.execute(
        "select emergence_score from smooth_grids where family = 'BIG-G T=0' and shape = 'power law, 0.5'"
    ).fetchall()
    assert steep == [(pytest.approx(46.54, abs=0.01),)]
