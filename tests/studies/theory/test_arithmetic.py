"""Simulated arithmetic: the strings, their marks, and what the tests of the three predictions say of them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import freshness
from pipeline.core.settings import ROOT
from pipeline.studies.theory import arithmetic, predictions, stage
from pipeline.studies.theory import model as theory
from pipeline.studies.theory.arithmetic import LENGTHS, OPERATIONS, Cell, Setup
from pipeline.studies.theory.section import STUDY

SMALL = Setup(n_tests=(20, 4_000))


@pytest.fixture(scope="module")
def cells():
    return arithmetic.simulate(SMALL)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("length", LENGTHS)
def test_every_target_has_the_digits_asked_for(operation, length):
    a, b = arithmetic.questions(operation, length, 500, np.random.default_rng(1))
    assert len(a) == len(b) == 500
    assert {len(str(target)) for target in arithmetic.truth(operation, a, b)} == {length}


def test_truth_is_arithmetic():
    a, b = np.array([12, 99]), np.array([30, 11])
    assert arithmetic.truth("addition", a, b).tolist() == [42, 110]
    assert arithmetic.truth("multiplication", a, b).tolist() == [360, 1089]


def test_a_perfect_answerer_copies_and_a_hopeless_one_gets_no_digit_right():
    targets = np.array(["12345", "90909", "00000"])
    rng = np.random.default_rng(2)
    assert (arithmetic.answer(targets, 1.0, rng) == targets).all()
    for written, target in zip(arithmetic.answer(targets, 0.0, rng), targets, strict=True):
        assert written.isdigit()
        assert all(w != t for w, t in zip(written, target, strict=True))


def test_wrong_digits_are_evenly_spread():
    written = arithmetic.answer(np.array(["3"] * 90_000), 0.0, np.random.default_rng(3))
    counts = np.unique(written, return_counts=True)[1]
    # Nine digits of 10,000 each, with a standard deviation of 94.
    assert len(counts) == 9
    assert abs(counts - 10_000).max() < 5 * 94


def test_edit_distances_worked_by_hand():
    answers = np.array(["12345", "23451", "54321", "12345"])
    targets = np.array(["12345", "12345", "12345", "12344"])
    assert arithmetic.edit_distances(answers, targets).tolist() == [0, 2, 4, 1]


four_digits = st.text("0123456789", min_size=4, max_size=4)


@given(st.lists(st.tuples(four_digits, four_digits), min_size=1))
def test_the_edit_distance_never_exceeds_the_wrong_digits(pairs):
    answers, targets = (np.array(side) for side in zip(*pairs, strict=True))
    wrong = [sum(a != t for a, t in zip(*pair, strict=True)) for pair in pairs]
    distances = arithmetic.edit_distances(answers, targets)
    assert (distances <= wrong).all()
    assert ((distances == 0) == (np.array(wrong) == 0)).all()


def test_scores_are_what_the_formulae_say(cells):
    p = SMALL.digit_probability()
    for cell in cells:
        expected = theory.accuracy(p, cell.length)
        error = np.sqrt(expected * (1 - expected) / 4_000) + 1e-4
        assert (abs(cell.is_match.mean(axis=1) - expected) < 5 * error).all()
        upper = theory.token_edit_distance(p, cell.length)
        found = cell.distance.mean(axis=1)
        assert (found < upper + 5 * np.sqrt(cell.length / 4 / 4_000)).all()
        # Shifted copies that happen to match save at most a twentieth of the edits of answers this short.
        assert (found > 0.95 * upper - 5 * np.sqrt(cell.length / 4 / 4_000)).all()


def test_a_seed_gives_one_set_of_answers_and_lengths_do_not_disturb_each_other(cells):
    again = arithmetic.simulate(dataclasses.replace(SMALL, lengths=(3,)))
    own = [cell for cell in cells if cell.length == 3]
    for cell, other in zip(again, own, strict=True):
        assert (cell.is_match == other.is_match).all()
        assert (cell.distance == other.distance).all()
    other_seed = arithmetic.simulate(dataclasses.replace(SMALL, lengths=(3,), seed=1))
    assert (other_seed[0].distance != own[0].distance).any()


def test_the_table_holds_every_point_once(cells):
    rows = arithmetic.tabulate(cells, SMALL)
    assert len(rows) == 2 * 5 * 2 * 8
    assert not rows.duplicated(["operation", "length", "n_test", "params"]).any()
    assert rows.groupby(["operation", "length", "n_test"])["accuracy_emergence_score"].nunique(dropna=False).max() == 1


def is_confirmed(rows):
    """Whether all comparisons of each prediction hold."""
    found = predictions.verdicts(rows).set_index("prediction")
    return (found["comparisons"] == found["hold"]).to_dict()


@pytest.fixture(scope="session")
def mirage(builder):
    """A project that holds what `make mirage` makes."""
    return builder.project("mirage", stage.run)


def test_the_predictions_hold_of_answerers_made_by_the_model():
    setup = Setup(seed=1)
    rows = predictions.test_predictions(arithmetic.simulate(setup), setup)
    assert rows[~rows["holds"]].to_dict("records") == []
    assert is_confirmed(rows) == {1: True, 2: True, 3: True}


def test_the_predictions_hold_of_the_answerers_of_the_report(mirage):
    rows = pd.read_csv(mirage.committed / "predictions.csv")
    assert rows[~rows["holds"]].to_dict("records") == []
    assert is_confirmed(rows) == {1: True, 2: True, 3: True}


def test_a_real_jump_is_found(cells):
    """Answerers that halve their errors at one scale and go on from there fail the first prediction."""
    jumped = []
    for cell in cells:
        rng = np.random.default_rng(4)
        forgiven = (rng.random(cell.distance.shape) < 0.75) & (np.arange(8) >= 5)[:, None]
        jumped.append(Cell(cell.operation, cell.length, cell.is_match | forgiven, np.where(forgiven, 0, cell.distance)))
    rows = predictions.test_predictions(jumped, SMALL).set_index(["operation", "quantity"])
    breaks = rows.xs("largest break in log loss of edit distance", level="quantity")
    assert not breaks["holds"].any()
    assert (breaks["high"] < 0).all()


def test_answerers_that_fail_whole_answers_at_a_time_are_not_geometric(cells):
    """All digits right or none: accuracy does not fall with length, and the third prediction is not confirmed."""
    p = SMALL.digit_probability()
    rng = np.random.default_rng(5)
    blocks = []
    for cell in cells:
        is_match = rng.random(cell.is_match.shape) < p[:, None]
        blocks.append(Cell(cell.operation, cell.length, is_match, np.where(is_match, 0, cell.length)))
    assert not is_confirmed(predictions.test_predictions(blocks, SMALL))[3]


def test_the_committed_tables_are_what_the_model_gives(mirage):
    made = {path.name for path in mirage.committed.iterdir()}
    assert made == {freshness.NAME, *(f"{name}.csv" for name in STUDY.committed)}
    for name in STUDY.committed:
        path = mirage.committed / f"{name}.csv"
        assert path.read_text() == (ROOT / path.relative_to(mirage.root)).read_text(), name
        assert freshness.is_made_from(ROOT / path.relative_to(mirage.root), freshness.code_key(*STUDY.tool[1:])), name


def test_the_figures_are_committed():
    for name in STUDY.figures:
        assert (ROOT / "outputs" / "figures" / f"{name}.svg").is_file()
