"""The table of tests: q values, what stays null, and the types of its columns."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.curve_tests import parts, plan, table
from pipeline.curve_tests.source import KEY
from pipeline.curve_tests.table import P_VALUES, curve_tests, names
from tests.made import curves_tested, frame_of, smooth_counts


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A table of tested, untested and exploratory curves, and the frame it is of."""
    frame = pd.concat(
        [
            frame_of(smooth_counts(8, 40), 40),
            frame_of([[10, 2, 9, 11, 12]], 40, metric="multiple_choice_grade", chance=0.25),
            frame_of([[0, 0, 0, 1], [0, 0, 0, 0]], 1, family="other"),
            frame_of(smooth_counts(3, 40), 10, metric="bleu").assign(basis="gaussian", chance=np.nan, n_test=pd.NA),
        ],
        ignore_index=True,
    )
    frame.loc[10, "set_aside"] = "flat"
    frame.at[11, "error"] = np.full(10, 0.2)
    frame = frame.astype({"n_test": "Int64"})
    work = parts.Work(tmp_path_factory.mktemp("parts"))
    return curve_tests(frame, parts.run(plan.plan(plan.pooled(frame)), work, most=30)), frame


def test_q_values_by_hand():
    # Benjamini and Hochberg: p m / rank, made monotone from the largest; the missing one is not looked at.
    found = table.adjusted(pd.Series([0.01, 0.02, np.nan, 0.04]))
    assert found.tolist() == pytest.approx([0.03, 0.03, np.nan, 0.04], nan_ok=True)
    assert table.adjusted(pd.Series([np.nan])).isna().all()
    assert table.adjusted(pd.Series([], dtype=float)).empty


@pytest.mark.parametrize("test", P_VALUES)
def test_q_are_those_of_the_tested_curves_of_one_basis(made, test):
    for _, part in made[0].groupby("basis"):
        known = part[part[f"{test}_p"].notna()]
        if len(known):
            assert known[f"{test}_q"].to_numpy() == pytest.approx(multipletests(known[f"{test}_p"], method="fdr_bh")[1])
        assert part.loc[part[f"{test}_p"].isna(), f"{test}_q"].isna().all()


def test_q_do_not_depend_on_order():
    p = pd.Series(np.random.default_rng(1).random(50) ** 3)
    shuffled = p.sample(frac=1, random_state=2)
    assert table.adjusted(shuffled).sort_index().tolist() == table.adjusted(p).tolist()


def test_a_test_that_cannot_reject_has_neither_p_nor_q(made):
    own = made[0][made[0]["family"] == "other"].set_index("status")
    assert own.loc["separated", "is_tested"]
    assert np.isnan(own.loc["separated", "without_1_lower_p"])
    assert np.isnan(own.loc["separated", "without_1_lower_q"])


def test_columns_are_those_promised(made):
    assert list(made[0]) == names()
    assert len(set(names())) == len(names())


def test_one_row_per_curve_in_key_order(made):
    found, frame = made
    assert found[KEY].equals(frame[KEY].sort_values(KEY, kind="stable").reset_index(drop=True))


def test_types(made):
    found = made[0]
    assert found["broken_at"].dtype == "Int64"
    assert {found[f"jump_excluded_{size}"].dtype.name for size in (10, 20, 30)} == {"boolean"}
    assert found["is_tested"].dtype == found["is_exploratory"].dtype == bool
    numbers = [name for name in found if name.endswith(("_p", "_q", "_statistic")) or name in ("rho", "alpha")]
    assert {found[name].dtype.name for name in numbers} == {"float64"}


def test_statuses_say_what_was_tested(made):
    found = made[0].groupby("status")["is_tested"].agg(["all", "any"])
    assert not found.loc[["flat", "below_chance"], "any"].any()
    assert found.drop(["flat", "below_chance"])["all"].all()


def test_scores_without_errors_are_exploratory_and_nothing_else_is(made):
    found = made[0]
    bleu = found[found["metric"] == "bleu"].sort_values("subtask")
    assert bleu["is_exploratory"].tolist() == [False, True, True]
    assert not found.loc[found["metric"] != "bleu", "is_exploratory"].any()


def test_emergent_under_a_convention():
    curves = curves_tested(3, emergent_under=[["a", "b"], ["b"], None])
    assert table.emergent_under(curves, "b").tolist() == [True, True, False]
    assert table.emergent_under(curves, "a").tolist() == [True, False, False]


def test_where_no_curve_can_be_tested_there_is_a_table(tmp_path):
    frame = frame_of(smooth_counts(3, 40), 40).assign(set_aside="no_n")
    found = curve_tests(frame, parts.run(plan.plan(plan.pooled(frame)), parts.Work(tmp_path)))
    assert found["status"].tolist() == ["no_n"] * 3
    assert not found["is_tested"].any()
