"""The scenarios of calibration: their truth, what is drawn, and how rejections are counted."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core.sample_sizes import CLASSES, class_of
from pipeline.curve_tests import calibration
from pipeline.curve_tests.calibration import (
    Scenario,
    calibrate,
    choose,
    curved,
    jump,
    outcomes_of,
    paper_slope,
    simulate,
    smooth,
)
from pipeline.curve_tests.fit import fit_power_law
from pipeline.curve_tests.model import eta_of
from tests.made import curves, frame_of, smooth_curves

RISING = curves([10, 13, 17, 22, 26, 33, 38, 45], 100)


def rng():
    return np.random.default_rng(4)


def test_the_smooth_scenario_is_a_power_law():
    p = smooth(RISING, rng())
    eta = eta_of(p, np.zeros(1))[0]
    assert np.diff(eta) == pytest.approx(fit_power_law(RISING).alpha.repeat(7), rel=1e-6)


def test_the_paper_s_slope_is_the_paper_s_slope():
    assert np.diff(eta_of(paper_slope(RISING, rng()), np.zeros(1))[0]) == pytest.approx([-0.5] * 7)


def test_the_curved_scenario_bends_as_the_curve_does():
    bent = curves([60, 45, 32, 25, 24, 25, 33, 45, 60], 100)
    second = np.diff(eta_of(curved(bent, rng()), np.zeros(1))[0], n=2)
    assert second == pytest.approx(second[0].repeat(7), rel=1e-6)
    assert second[0] < 0  # a hollow in p is a hump in eta


def test_a_jump_raises_p_from_one_scale_of_the_upper_half_on():
    raised = jump(0.3)(RISING, rng()) - smooth(RISING, rng())
    first = np.flatnonzero(raised[0])[0]
    assert 4 <= first < 8
    assert raised[0] == pytest.approx(0.3 * (np.arange(8) >= first))


def test_a_curve_that_has_no_room_for_a_jump_has_no_place_in_the_scenario():
    assert np.isnan(jump(0.5)(curves([60, 65, 70, 75], 100), rng())).all()


def test_draws_keep_the_design_and_leave_out_the_flat():
    frame = frame_of(smooth_curves(30, 20))
    drawn = simulate(frame, Scenario("smooth", smooth, 0.02), rng())
    assert (drawn["n_test"] == 20).all()
    counts = np.stack(drawn["scores"]) * 20
    assert counts == pytest.approx(np.round(counts))
    assert (np.ptp(counts, axis=1) > 0).all()
    none = simulate(frame_of(curves([[60, 65, 70, 75]] * 3, 100)), Scenario("jump", jump(0.5), 0.0), rng())
    assert none.empty


def test_so_many_curves_of_each_class():
    frame = pd.concat([frame_of(smooth_curves(20, n)) for n in (3, 50)], ignore_index=True)
    sizes = dict.fromkeys(CLASSES, 8)
    chosen = choose(frame, sizes, rng())
    assert class_of(chosen["n_test"]).value_counts().to_dict() == {"1-9": 8, "50-199": 8}
    assert chosen.index.equals(choose(frame, sizes, rng()).index)
    frame.loc[0, "set_aside"] = "flat"
    assert 0 not in choose(frame, dict.fromkeys(CLASSES, 99), rng()).index


def found(**columns):
    blank = {f"{test}_p": 0.5 for test in calibration.TESTS} | {"break_lr_p": 0.5}
    blank |= {f"without_{held}_{what}": 1.0 for held in (1, 2) for what in ("covered", "surprise")}
    blank |= {"jump_excluded_10": 0.0, "jump_excluded_20": 0.0, "n_test": 20, "is_informative": True}
    return pd.DataFrame([blank] * 4).assign(**columns)


def test_rejections_are_counted():
    table = found(
        break_p=[0.01, 0.04, 0.06, np.nan], break_lr_p=[0.01, 0.5, 0.01, 0.01], without_1_covered=[1, 0, 0, 1]
    )
    outcome = outcomes_of(table)
    assert outcome["break"].tolist() == pytest.approx([1, 1, 0, np.nan], nan_ok=True)
    assert outcome["jump"].tolist() == pytest.approx([1, 0, 0, np.nan], nan_ok=True)
    assert outcome["without_1"].tolist() == [0, 1, 1, 0]


def test_shares_and_their_intervals_by_hand():
    table = found(curvature_p=[0.01, 0.5, 0.5, 0.5], is_informative=[True, True, False, False])
    rows = calibration.shares(table).set_index(["test", "n_test_class", "condition"])
    every, informative = (rows.loc["curvature", "all", condition] for condition in ("all", "informative"))
    assert (every["curves"], every["rejected_share"]) == (4, 0.25)
    assert (informative["curves"], informative["rejected_share"]) == (2, 0.5)
    # Wilson: (p + z^2 / 2n -+ z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n).
    z, n, p = 1.959964, 4, 0.25
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = [(middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)]
    assert [every["low"], every["high"]] == pytest.approx(expected)


def test_workers_and_repetition_change_nothing_and_the_truth_is_found(tmp_path):
    frame = frame_of(smooth_curves(24, 60, scales=9))
    sizes = dict.fromkeys(CLASSES, 24)
    scenarios = (Scenario("smooth", smooth, 0.0, sizes), Scenario("jump 0.4", jump(0.4), 0.0, sizes))
    once, again = (
        calibrate(frame, tmp_path / str(workers), workers=workers, scenarios=scenarios, replicates=80)
        for workers in (1, 2)
    )
    pd.testing.assert_frame_equal(once, again)
    rejected = once[once["n_test_class"] == "all"].set_index(["scenario", "test", "condition"])["rejected_share"]
    assert rejected["smooth", "break", "all"] < 0.25
    assert rejected["jump 0.4", "break", "all"] > 0.6
