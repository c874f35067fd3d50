"""The truths of calibration: what is planted, what is drawn, and how rejections are counted."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core.parallel import Work
from pipeline.curve_tests import calibration, scenarios, worlds
from pipeline.curve_tests.calibration import (
    JUMPS,
    PLACES,
    Truth,
    calibrate,
    choose,
    draw_one,
    late_gains,
    verdict,
    without_copies,
)
from pipeline.curve_tests.jumps import SIZES
from pipeline.curve_tests.scenarios import Nature
from pipeline.curve_tests.table import P_VALUES
from tests.made import chunk_of, fits_of, frame_of, smooth_counts

PLAIN, *_ = scenarios.read()
CONVENTIONS = pd.DataFrame(
    {"convention": ["signed", "with_infinite"], "is_absolute": [False, True], "keeps_infinite": [False, True]}
)
STRATA = pd.DataFrame(
    {
        "answers": ["free answer"],
        "n_test_class": ["200+"],
        "temperature": ["T=0"],
        **{name: [0.0] for name in ("shared", "noise", "joint_shared", "joint_noise", "constant")},
    }
)


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    monkeypatch.setattr(calibration, "MOST", 60)


def fitted(number, n, scales=10, seed=1, **how):
    frame = frame_of(smooth_counts(number, n, scales, seed=seed), n, **how)
    return worlds.tested(frame, fits_of(frame))


def test_every_scenario_is_a_truth_and_two_have_jumps():
    found = calibration.truths()
    smooth, jumps = ([one for one in found if bool(one.jump) == has] for has in (False, True))
    assert [one.scenario for one in smooth] == list(scenarios.read())
    assert {one.scenario.name for one in jumps} == {calibration.INDEPENDENT, calibration.COMBINED}
    assert len(jumps) == 2 * len(JUMPS) * len(PLACES)
    assert len({one.name for one in found}) == len(found)


def drawn(truth, counts=(100, 130, 170, 220, 260, 330, 380, 450), seed=1):
    return draw_one(chunk_of(counts, 1000), 0, truth, Nature(), np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("place", PLACES)
def test_a_jump_raises_the_upper_half_from_one_scale_on_or_the_last(seed, place):
    raised = (
        drawn(Truth("", PLAIN, 0.4, place), seed=seed) / 1000
        - np.array([100, 130, 170, 220, 260, 330, 380, 450]) / 1000
    )
    first = np.flatnonzero(raised > 0.2)[0]
    assert first >= 4
    assert first == 7 or place == "upper half"
    assert raised == pytest.approx(0.4 * (np.arange(8) >= first), abs=0.12)


def test_a_curve_that_has_no_room_for_a_jump_has_no_place_under_its_truth():
    high = [600, 650, 700, 750]
    assert drawn(Truth("", PLAIN, 0.5, "last"), high) is None
    assert drawn(Truth("", PLAIN, 0.1, "last"), high) is not None
    assert drawn(Truth("", PLAIN), high) is not None


def test_so_many_curves_of_each_class_are_chosen_in_no_order():
    frame = pd.concat([fitted(20, n) for n in (3, 60)], ignore_index=True)
    chosen = choose(frame, 8)
    assert chosen["n_test_class"].value_counts().to_dict() == {"1-9": 8, "50-199": 8}
    assert chosen.index.is_monotonic_increasing
    assert chosen.index.tolist() != sorted([*range(8), *range(20, 28)])
    other = choose(frame[::-1], 8)
    pd.testing.assert_frame_equal(other, chosen)


def simulated(frame, truth, folder, workers=1):
    return calibration.simulate([frame], STRATA, [truth], Work(folder, workers), "test")[0]


def test_draws_keep_the_design_and_leave_out_the_flat(tmp_path):
    frame = fitted(30, 3, 5)
    found = simulated(frame, Truth("plain", PLAIN), tmp_path)
    assert 0 < len(found) < 30
    counts = np.stack(found["scores"]) * 3
    assert counts == pytest.approx(np.round(counts))
    assert (np.ptp(counts, axis=1) > 0).all()
    kept = ["task", "subtask", "n_test", "chance", "scale", "seed"]
    assert found[kept].astype(str).equals(frame.loc[found.index, kept].astype(str))


def test_a_draw_depends_on_nothing_but_its_curve(tmp_path):
    frame = fitted(8, 60)
    whole = simulated(frame, Truth("plain", PLAIN), tmp_path / "a")
    some = simulated(frame.iloc[[5, 2]], Truth("plain", PLAIN), tmp_path / "b")
    assert {row: list(value) for row, value in some["scores"].items()} == {
        row: list(whole.loc[row, "scores"]) for row in (2, 5)
    }


def test_what_is_kept_goes_to_its_curve_wherever_that_is_now(tmp_path):
    frame = fitted(5, 60)
    before = simulated(frame, Truth("plain", PLAIN), tmp_path)
    after = simulated(frame.set_axis([2, 3, 5, 7, 11]), Truth("plain", PLAIN), tmp_path)
    assert np.stack(after["scores"]).tolist() == np.stack(before["scores"]).tolist()


def test_no_curve_with_room_is_no_row(tmp_path):
    frame = fitted(3, 200).assign(scores=[np.full(10, 0.9)] * 3)
    assert simulated(frame, Truth("jump", PLAIN, 0.5, "last"), tmp_path).empty


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """A smooth truth beside one with jumps of a half, at many examples."""
    every = [Truth("smooth", PLAIN), Truth("jump", PLAIN, 0.5, "upper half")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "MOST", 60)
        some = {"chosen": every, "smooth_curves": 14, "jump_curves": 30}
        return calibrate(fitted(40, 300), STRATA, CONVENTIONS, Work(tmp_path_factory.mktemp("parts")), **some)


def test_a_row_is_of_a_truth_a_test_and_a_class(calibrated):
    columns = [
        "scenario",
        "jump",
        "place",
        "test",
        "n_test_class",
        "curves",
        "rejected_share",
        "low",
        "high",
        "verdict",
    ]
    assert list(calibrated) == columns
    assert not calibrated.duplicated(["scenario", "jump", "place", "test", "n_test_class"]).any()
    assert set(calibrated["n_test_class"]) == {"all", "200+"}
    names = {*P_VALUES, "jump_excluded_10", "jump_excluded_20", "jump_excluded_30", "E, signed", "E, with_infinite"}
    assert set(calibrated["test"]) == names
    assert calibrated["rejected_share"].between(0, 1).all()
    for low, high in (("low", "rejected_share"), ("rejected_share", "high")):
        assert (calibrated[low] <= calibrated[high] + 1e-9).all()


def test_only_tests_have_a_verdict(calibrated):
    told = calibrated[calibrated["verdict"] != ""]
    assert set(told["test"]) == set(P_VALUES)
    assert set(told["verdict"]) <= {"holds", "liberal", "conservative"}


def test_a_planted_jump_is_found_and_not_excluded(calibrated):
    found = calibrated[calibrated["n_test_class"] == "all"].set_index(["jump", "test"])["rejected_share"]
    assert found[0.0, "broken"] < 0.3
    assert found[0.5, "broken"] > 0.7
    assert found[0.5, "jump_excluded_30"] < 0.1
    assert found[0.0, "jump_excluded_30"] > 0.5


def outcomes(**columns):
    blank = {f"{test}_p": 0.5 for test in P_VALUES} | {f"jump_excluded_{round(100 * size)}": False for size in SIZES}
    blank |= {"n_test_class": "10-49"}
    return pd.DataFrame([blank] * 4).assign(**{"scores": [[0.0, 0.1, 0.2, 0.3]] * 4} | columns)


def test_shares_and_their_intervals_by_hand():
    table = outcomes(
        broken_p=[0.01, 0.06, 0.2, np.nan],
        jump_excluded_20=[True, True, False, False],
        n_test_class=["10-49", "10-49", "10-49", "200+"],
    )
    rows = calibration.shares(table, CONVENTIONS).set_index(["test", "n_test_class"])
    every = rows.loc[("broken", "all")]
    assert (every["curves"], every["rejected_share"]) == (3, pytest.approx(1 / 3))
    assert rows.loc[("jump_excluded_20", "10-49"), "rejected_share"] == pytest.approx(2 / 3)
    assert ("broken", "200+") not in rows.index
    # Wilson: (p + z^2 / 2n -+ z sqrt(p q / n + z^2 / 4 n^2)) / (1 + z^2 / n).
    z, n, p = 1.959964, 3, 1 / 3
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    expected = [(middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)]
    assert [every["low"], every["high"]] == pytest.approx(expected)


def test_emergent_draws_are_counted_by_convention():
    table = outcomes(scores=[[0, 0, 0, 0, 0.5], [0.5, 0, 0, 0, 0], [0, 0.1, 0.2, 0.3, 0.4], [0, 0.001, 0, 0.001, 0.9]])
    rows = calibration.shares(table, CONVENTIONS).set_index(["test", "n_test_class"])["rejected_share"]
    assert rows["E, signed", "all"] == 0.25
    assert rows["E, with_infinite", "all"] == 0.75


@pytest.mark.parametrize(
    ("share", "low", "high", "expected"),
    [
        (0.05, 0.04, 0.06, "holds"),
        (0.07, 0.051, 0.09, "liberal"),
        (0.07, 0.05, 0.09, "holds"),
        (0.06, 0.055, 0.065, "holds"),
        (0.03, 0.01, 0.049, "conservative"),
        (0.03, 0.01, 0.05, "holds"),
        (0.04, 0.035, 0.045, "holds"),
    ],
)
def test_a_verdict_takes_a_share_and_an_interval_beyond_the_level(share, low, high, expected):
    assert verdict(share, low, high) == expected


def test_late_gains_are_counted_over_all_curves_of_each_scenario(tmp_path, monkeypatch):
    some = scenarios.read()[:2]
    monkeypatch.setattr(scenarios, "read", lambda: some)
    frame = pd.concat([fitted(6, 60, family=family) for family in ("one", "other")], ignore_index=True)
    found = late_gains(frame, STRATA, Work(tmp_path))
    assert list(found) == ["scenario", "side", "family", "curves", "found"]
    keys = found[["scenario", "side", "family"]].drop_duplicates()
    assert len(keys) == len(found) == 2 * 2 * 2
    assert (found["found"] <= found["curves"]).all()
    assert found["curves"].between(1, 6).all()


def test_a_gain_counts_where_q_is_low_whatever_its_family(tmp_path, monkeypatch):
    frame = pd.DataFrame(
        {
            "task": "t",
            "subtask": ["one", "two", "one", "two"],
            "metric": "m",
            "shots": 0,
            "family": ["a", "a", "b", "b"],
            "without_1_upper_p": [0.001, 0.03, 0.04, np.nan],
            "without_1_lower_p": [0.9, 0.9, 0.9, 0.001],
        }
    )
    monkeypatch.setattr(scenarios, "read", lambda: [PLAIN])
    monkeypatch.setattr(calibration, "_tested", lambda *_, **__: [frame])
    found = late_gains(frame, STRATA, Work(tmp_path)).set_index(["side", "family"])
    # q of three p: 0.003, 0.04, 0.04.
    assert found["found"].to_dict() == {
        ("upper", "a"): 2, ("upper", "b"): 1, ("lower", "a"): 0, ("lower", "b"): 1,
    }  # fmt: skip
    assert found["curves"].to_dict() == {
        ("upper", "a"): 2, ("upper", "b"): 1, ("lower", "a"): 2, ("lower", "b"): 2,
    }  # fmt: skip


def test_models_at_a_second_temperature_do_not_count_again():
    families = ["BIG-G T=0", "BIG-G T=1", "BIG-G T=1", "GPT"]
    frame = pd.DataFrame({"task": "t", "subtask": ["one", "one", "two", "one"], "metric": "m", "shots": 0})
    kept = without_copies(frame.assign(family=families))
    assert kept.index.tolist() == [0, 2, 3]
