"""Observed beside expected: sums by hand, intervals, groups, and what rules a scenario out."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core.sample_sizes import class_of
from pipeline.curve_tests import world_tables
from pipeline.curve_tests.world_tables import COMPARED, Resampled, checks, counts, groups
from pipeline.curve_tests.worlds import Drawn

CONVENTIONS = pd.DataFrame(
    {"convention": ["signed", "both ways"], "is_absolute": [False, True], "keeps_infinite": [False, True]}
)


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    monkeypatch.setattr(world_tables, "RESAMPLES", 400)


def frame_of(number, tasks=10):
    """Curves of two metrics, two sizes and two temperatures."""
    row = np.arange(number)
    n_test = pd.Series(np.where(row % 3 == 0, 5, 60))
    return pd.DataFrame(
        {
            "task": [f"task {one % tasks}" for one in row],
            "metric": np.where(row % 2 == 0, "exact_str_match", "bleu"),
            "answers": "free answer",
            "n_test_class": class_of(n_test),
            "temperature": np.where(row % 4 == 0, "T=1", "T=0"),
        }
    )


def poisson(mean, number, draws=20, seed=1):
    """Observed (curves,) and drawn (curves, draws) numbers of one distribution, of tasks alike."""
    rng = np.random.default_rng(seed)
    return rng.poisson(mean, number).astype(float), rng.poisson(mean, (number, draws)).astype(float)


def drawn_of(values):
    return Drawn(values, values, values)


def test_compared_by_hand_with_one_task():
    # All resamples are of the one task, so that only draws differ: 1 + 2 and 3 + 2 beside 1 + 3.
    task = pd.Series(["sums"] * 3)
    real, drawn = np.array([1.0, 3.0, 99.0]), np.array([[1.0, 3.0], [2.0, 2.0], [7.0, 7.0]])
    found = Resampled(task, 2, 1).compared(real, drawn, np.array([True, True, False]))
    assert (found["curves"], found["tasks"], found["observed"]) == (2, 1, 4)
    assert [found[name] for name in COMPARED] == [4, 0, 1]
    assert (found["expected_low"], found["expected_high"]) == (3, 5)
    assert (found["unexplained_low"], found["unexplained_high"]) == (-1, 1)
    assert (found["share_low"], found["share_high"]) == (0.75, 1.25)


def test_of_nothing_observed_there_is_no_share():
    found = Resampled(pd.Series(["a", "b"]), 1, 1).compared(np.zeros(2), np.ones((2, 1)), np.ones(2, bool))
    assert np.isnan([found["share"], found["share_low"], found["share_high"]]).all()
    assert found["unexplained"] == -2


@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_their_value(seed):
    frame = frame_of(60)
    real, drawn = poisson(2, 60, seed=seed)
    found = Resampled(frame["task"], 20, seed).compared(real, drawn, np.ones(60, bool))
    for name in COMPARED:
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_a_higher_level_has_a_wider_interval():
    frame, (real, drawn) = frame_of(60), poisson(2, 60)
    narrow, wide = (Resampled(frame["task"], 20, 1).compared(real, drawn, np.ones(60, bool), x) for x in (0.8, 0.99))
    assert wide["unexplained_low"] < narrow["unexplained_low"] < narrow["unexplained_high"] < wide["unexplained_high"]


def test_tasks_are_resampled_as_wholes():
    # Two tasks, one of which holds all that was observed: none, one or two of it.
    frame = pd.DataFrame({"task": ["a", "a", "b", "b"]})
    real = np.array([1.0, 2.0, 0.0, 0.0])
    found = Resampled(frame["task"], 1, 1).compared(real, np.zeros((4, 1)), np.ones(4, bool))
    assert (found["unexplained_low"], found["unexplained_high"]) == (0, 6)


def test_every_kind_of_group_covers_all_curves():
    frame = frame_of(24)
    found = list(groups(frame))
    assert found[0][0] == {"metric": "all", "n_test_class": "all", "temperature": "all"}
    assert found[0][1].all()
    kinds = {}
    for key, kept in found:
        by = tuple(name for name, value in key.items() if value != "all")
        kinds[by] = kinds.get(by, 0) + kept.astype(int)
        assert all((frame.loc[kept, name] == key[name]).all() for name in by)
    assert list(kinds) == [(), ("metric",), ("n_test_class",), ("temperature",), ("metric", "n_test_class")]
    assert all((covered == 1).all() for covered in kinds.values())


def counted(frame, seen, drawn):
    return counts(frame, seen, {"a world": drawn}, conventions=CONVENTIONS, threshold=100, seed=1)


def test_counts_by_hand():
    frame = frame_of(4, tasks=1)
    seen = pd.DataFrame({"emergence": [200.0, 5.0, -300.0, np.inf]})
    drawn = Drawn(np.array([[200.0, np.inf], [5, 5], [-200, 5], [5, 5]]), *np.zeros((2, 4, 2)))
    found = counted(frame, seen, drawn).set_index(["convention", "metric"])
    every = found[(found["n_test_class"] == "all") & (found["temperature"] == "all")]
    assert every.loc[("signed", "all"), ["observed", "expected"]].tolist() == [1, 0.5]
    assert every.loc[("both ways", "all"), ["observed", "expected"]].tolist() == [3, 1.5]
    assert every.loc[("both ways", "bleu"), ["observed", "expected"]].tolist() == [1, 0]
    assert every.loc[("signed", "all"), "curves"] == 4


def test_the_order_of_curves_changes_no_count():
    frame, (real, drawn) = frame_of(40), poisson(100, 40)
    order = np.random.default_rng(3).permutation(40)
    one, other = (
        counted(frame.iloc[rows], pd.DataFrame({"emergence": real[rows]}), drawn_of(drawn[rows]))
        for rows in (np.arange(40), order)
    )
    pd.testing.assert_frame_equal(one, other)


def checked(true, drawn_mean, number=300, tasks=30, seed=2):
    """The checks of a scenario in which both statistics have a mean, where the truth has another."""
    frame = frame_of(number, tasks)
    seen = pd.DataFrame({name: poisson(true, number, seed=seed)[0] for name in ("zero_steps", "roughness")})
    drawn = poisson(drawn_mean, number, seed=seed + 1)[1]
    return checks(frame, seen, {"a world": drawn_of(drawn)}, 1)


@pytest.mark.parametrize("seed", range(2, 8))
def test_a_true_scenario_is_not_ruled_out(seed):
    assert not checked(3, 3, seed=seed)["is_ruled_out"].any()


@pytest.mark.parametrize("wrong", [1.5, 6.0])
def test_a_grossly_wrong_one_is(wrong):
    found = checked(3, wrong)
    assert len(found) == 4
    assert found["is_ruled_out"].all()


def test_strata_of_few_tasks_are_not_judged():
    assert checked(3, 9, tasks=4).empty


def test_more_checks_make_wider_intervals(monkeypatch):
    four = checked(3, 3)
    monkeypatch.setattr(world_tables, "STATISTICS", ("zero_steps",))
    two = checked(3, 3)
    wide = four[four["statistic"] == "zero_steps"].reset_index(drop=True)
    assert (wide["unexplained_low"] < two["unexplained_low"]).all()
    assert (wide["unexplained_high"] > two["unexplained_high"]).all()
