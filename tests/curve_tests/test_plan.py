"""Chunks of curves: what goes together, and seeds that depend on a curve's name alone."""

import numpy as np
import pandas as pd
import pytest

from pipeline.curve_tests import plan
from pipeline.curve_tests.plan import pooled, seeds
from tests.made import frame_of, smooth_counts


@pytest.fixture
def mixed():
    """Curves of two lengths, choices and free answers, and some that are no proportions."""
    parts = [
        frame_of(smooth_counts(7, 20, rho=0.1), 20),
        frame_of(smooth_counts(5, 60, 6, chance=0.25), 60, metric="multiple_choice_grade", chance=0.25),
        frame_of(smooth_counts(4, 1), 1, metric="bleu").assign(basis="gaussian", chance=np.nan, n_test=pd.NA),
    ]
    frame = pd.concat(parts, ignore_index=True).astype({"n_test": "Int64"})
    frame.loc[3, "set_aside"] = "flat"
    return frame


def test_a_seed_depends_on_the_key_alone(mixed):
    known = seeds(mixed)
    assert seeds(mixed[::-1]).tolist() == known[::-1].tolist()
    others = mixed.assign(scores=[np.zeros(4)] * len(mixed), n_test=7, is_aggregate=True, chance=0.5)
    assert seeds(others).tolist() == known.tolist()


@pytest.mark.parametrize("column", ["task", "subtask", "metric", "shots", "family"])
def test_every_part_of_the_key_changes_the_seed(mixed, column):
    assert not set(seeds(mixed)) & set(seeds(mixed.assign(**{column: 5})))


def test_names_that_join_to_the_same_text_have_two_seeds(mixed):
    two = mixed[:2].assign(task=["a", "a b"], subtask=["b c", "c"], metric="m")
    assert len(set(seeds(two))) == 2


def test_another_run_has_other_seeds(mixed):
    assert not set(seeds(mixed, 1)) & set(seeds(mixed, 2))
    assert len(set(seeds(mixed))) == len(mixed)


def test_what_is_set_aside_is_not_planned(mixed):
    testable = pooled(mixed)
    assert 3 not in testable.index
    assert sorted(np.concatenate([one.rows for one in plan.plan(testable)])) == testable.index.tolist()


def test_nothing_testable_is_no_chunk(mixed):
    assert plan.plan(pooled(mixed.assign(set_aside="flat"))) == []


def test_only_proportions_have_a_correlation(mixed):
    testable = pooled(mixed)
    gaussian = testable["basis"] == "gaussian"
    assert (testable.loc[gaussian, "rho"] == 0).all()
    assert (testable.loc[(testable["metric"] == "exact_str_match"), "rho"] > 0).all()


def test_a_chunk_holds_one_basis_and_number_of_scales(mixed, monkeypatch):
    monkeypatch.setattr(plan, "CHUNK", 4)
    planned = plan.plan(pooled(mixed))
    assert sorted(one.chunk.scores.shape for one in planned) == [(1, 6), (2, 10), (4, 6), (4, 10), (4, 10)]
    assert {one.chunk.is_counts for one in planned} == {True, False}


def test_a_chunk_holds_what_the_frame_does(mixed):
    testable = pooled(mixed)
    (one,) = (one for one in plan.plan(testable) if one.chunk.is_counts and one.chunk.scores.shape[1] == 10)
    own = testable.loc[one.rows]
    assert one.chunk.scores.tolist() == (np.stack(own["scores"]) * 20).round().tolist()
    assert one.chunk.log_scale == pytest.approx(np.log(np.stack(own["scale"])))
    for name, values in (("n", own["n_test"]), ("chance", own["chance"]), ("rho", own["rho"]), ("seed", own["seed"])):
        assert getattr(one.chunk, name).tolist() == values.tolist(), name


def test_scores_that_are_no_counts_stay_as_they_are(mixed):
    scores = [np.arange(10) / 7 + row for row in range(4)]
    mixed.loc[12:, "scores"] = pd.Series(scores, index=range(12, 16))
    (one,) = (one for one in plan.plan(pooled(mixed)) if not one.chunk.is_counts)
    assert one.chunk.scores.tolist() == np.stack(scores).tolist()
