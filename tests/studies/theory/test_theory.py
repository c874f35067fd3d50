"""The paper's formulae: dumb cases, known answers worked by hand, properties, and Monte Carlo."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.core.errors import PipelineError
from pipeline.core.scoring import score_curves
from pipeline.core.settings import ROOT
from pipeline.studies.theory import curves as theory_curves
from pipeline.studies.theory import model as theory
from pipeline.studies.theory.arithmetic import GPT_PARAMS
from pipeline.studies.theory.model import METRICS, Target

EXACT = 1e-12
DRAWS = 200_000
# Five standard errors of a share of DRAWS: one wrong alarm in a million.
FIVE_SIGMA = 5 * 0.5 / np.sqrt(DRAWS)
probabilities = st.floats(1e-6, 1 - 1e-6)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=EXACT, atol=EXACT)


@pytest.mark.parametrize("metric", METRICS)
def test_a_perfect_model_has_the_best_score(metric):
    best = 0.0 if metric in ("token_edit_distance", "brier") else 1.0
    assert theory.expected_score(metric, 1.0, Target(5, 4, 3)) == best


def test_a_hopeless_model_has_the_worst_score():
    target = Target(length=5, choices=4, references=3)
    scores = {metric: float(theory.expected_score(metric, 0.0, target)) for metric in METRICS}
    assert scores == {
        "accuracy": 0.0,
        "exact_match": 0.0,
        "multiple_choice_grade": 0.25,
        "token_edit_distance": 5.0,
        "brier": pytest.approx(1 / 3, abs=EXACT),
    }


def test_no_metric_of_another_name():
    with pytest.raises(PipelineError, match="bleu is no metric of the model. Next: use one of accuracy, "):
        theory.expected_score("bleu", 0.5)


def test_known_answers():
    close(theory.token_loss(2e9), 1.0)
    close(theory.token_loss([8e9, 5e8]), [0.5, 2.0])
    close(theory.token_loss(8e10, alpha=-1, c=8e9), 0.1)
    close(theory.token_probability(np.log(2)), 0.5)
    close(theory.accuracy(0.5, 5), 1 / 32)
    close(theory.exact_match(0.5, 2, 2), 1 - (3 / 4) ** 2)
    close(theory.token_edit_distance(0.9, 5), 0.5)
    close(theory.multiple_choice_grade([0.2, 0.25, 0.26], 4), [0.25, 0.25, 1.0])
    close(theory.brier(0.9), 0.01)


def test_arrays_broadcast():
    p, lengths = np.linspace(0.1, 0.9, 7)[:, None], np.arange(1, 6)
    assert theory.accuracy(p, lengths).shape == (7, 5)
    assert theory.shown_by("accuracy", p, np.array([20, 100]), Target(3)).p_extreme.shape == (7, 2)


@given(probabilities, st.integers(2, 20))
def test_brier_is_the_sum_that_bigbench_takes_over_choices(p, k):
    rest = (1 - p) / (k - 1)
    close(theory.brier(p, k), ((1 - p) ** 2 + (k - 1) * rest**2) / k)


@given(probabilities, st.integers(1, 30))
@example(0.999999, 3)
def test_log_of_minus_log_accuracy_is_linear(p, length):
    # An accuracy is stored to half a unit of its last digit, of which the logarithm of one near 1 keeps few.
    rounding = np.finfo(float).eps / (-length * np.log(p))
    found = np.log(-np.log(theory.accuracy(p, length)))
    assert found == pytest.approx(np.log(-np.log(p)) + np.log(length), rel=EXACT, abs=EXACT + rounding)


@given(probabilities, st.integers(1, 10), st.integers(1, 10))
def test_references_help_between_none_and_their_number(p, length, references):
    one, many = theory.accuracy(p, length), theory.exact_match(p, length, references)
    assert one * (1 - EXACT) <= many <= min(1.0, references * one) * (1 + EXACT)


def test_exact_match_keeps_its_digits_where_it_is_tiny():
    close(theory.exact_match(1e-5, 3, 2) / 2e-15, 1.0)


@pytest.mark.parametrize("p", [0.3, 0.8, 0.97])
def test_the_formulae_are_what_tokens_drawn_one_by_one_give(p):
    rng = np.random.default_rng(5)
    is_right = rng.random((DRAWS, 2, 4)) < p
    assert abs(is_right[:, 0].all(axis=1).mean() - theory.accuracy(p, 4)) < FIVE_SIGMA
    assert abs(is_right.all(axis=2).any(axis=1).mean() - theory.exact_match(p, 4, 2)) < FIVE_SIGMA
    wrong = (~is_right[:, 0]).sum(axis=1)
    assert abs(wrong.mean() - theory.token_edit_distance(p, 4)) < 4 * FIVE_SIGMA


@pytest.mark.parametrize(("metric", "p"), [("accuracy", 0.6), ("exact_match", 0.6), ("token_edit_distance", 0.9)])
def test_what_a_test_set_shows_is_what_drawn_test_sets_show(metric, p):
    rng, n, target = np.random.default_rng(6), 8, Target(length=3, references=2)
    is_right = rng.random((DRAWS // 10, n, 2, 3)) < p
    marks = {
        "accuracy": is_right[:, :, 0].all(axis=2),
        "exact_match": is_right.all(axis=3).any(axis=2),
        "token_edit_distance": (~is_right[:, :, 0]).sum(axis=2),
    }[metric]
    shown = theory.shown_by(metric, p, n, target)
    tolerance = 5 * 0.5 / np.sqrt(len(marks))
    assert abs((marks.sum(axis=1) == 0).mean() - shown.p_extreme) < tolerance
    assert abs(marks.mean() - shown.expected) < 3 * tolerance
    assert np.diff(np.unique(marks.mean(axis=1))).min() == pytest.approx(shown.resolution)


def test_a_multiple_choice_test_set_is_all_zero_only_by_bad_luck_below_the_jump():
    shown = theory.shown_by("multiple_choice_grade", np.array([0.4, 0.6]), 10, Target(choices=2))
    close(shown.p_extreme, [0.5**10, 0.0])


def test_brier_has_no_resolution_limit():
    shown = theory.shown_by("brier", np.array([0.5, 1.0]), 20)
    assert shown.resolution == 0
    assert shown.p_extreme.tolist() == [0.0, 1.0]


def test_larger_test_sets_are_empty_less_often():
    p_empty = theory.shown_by("accuracy", 0.3, np.array([20, 200, 20_000]), Target(5)).p_extreme
    assert (np.diff(p_empty) < 0).all()


def test_drawn_curves_say_what_the_paper_draws():
    curves = theory_curves.tabulate().set_index(["figure", "metric", "length", "grid"])
    assert curves.loc[("2", "multiple_choice_grade", 1, "published"), "status"] == "infinite"
    scores = curves["emergence_score"].abs()
    assert scores["2", "accuracy", 5, "BIG-G"] > 100 > scores["2", "token_edit_distance", 5, "BIG-G"]
    # What is inconvenient: raw loss, a power law, scores higher than the edit distance; other sizes tame accuracy.
    assert scores["2", "token_loss", 1, "BIG-G"] > scores["2", "token_edit_distance", 5, "BIG-G"]
    assert scores["2", "accuracy", 5, "upper"] < scores["2", "token_edit_distance", 5, "upper"]


def test_the_edit_distance_has_one_score_at_every_length():
    curves = theory_curves.tabulate()
    own = curves[(curves["metric"] == "token_edit_distance") & (curves["figure"] == "3")]
    assert own.groupby("grid")["emergence_score"].agg(np.ptp).max() < 1e-9


def test_the_sizes_are_those_of_the_seeds():
    lines = (ROOT / "sql" / "seeds" / "models.csv").read_text().splitlines()[1:]
    sizes = [(line.split(",")[0], float(line.split(",")[2] or "nan")) for line in lines]
    assert [size for family, size in sizes if family == "BIG-G T=0"] == list(theory_curves.BIG_G_PARAMS)
    assert [size for family, size in sizes if family == "GPT"] == list(GPT_PARAMS)


def test_score_curves_keeps_curves_apart_and_in_order():
    points = pd.DataFrame(
        {"curve_id": [7, 7, 7, 7, 3, 3, 3], "position": [3, 1, 0, 2, 0, 1, 2], "score": [9, 1, 0, 2, 5, 5, 5]}
    )
    found = score_curves(points)
    assert found["curve_id"].tolist() == [3, 7]
    assert found["status"].tolist() == ["flat", "finite"]
    assert found["emergence_score"].iloc[1] == 9.0
