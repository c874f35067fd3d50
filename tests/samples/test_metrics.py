"""Formulas on single examples."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.samples import metrics
from pipeline.samples.outputs import Choices, Single, Texts
from pipeline.samples.reading import UnusableError

likelihoods = st.lists(st.floats(-1e6, 0), min_size=2, max_size=12)
words = st.text(alphabet="ab ü😀", max_size=12)


def test_dumb_cases():
    sure = metrics.score(Choices([0.0, -800.0], 0))
    assert sure["multiple_choice_grade"] == sure["right_probability"] == 1.0
    assert sure["calibration_multiple_choice_brier_score"] == 0.0
    assert sure["log_probability"] == 0.0
    wrong = metrics.score(Choices([0.0, -800.0], 1))
    assert wrong["multiple_choice_grade"] == wrong["right_probability"] == 0.0
    assert wrong["calibration_multiple_choice_brier_score"] == 1.0
    # Where the probability is too small for a double, its logarithm still tells.
    assert wrong["log_probability"] == wrong["log_likelihood"] == -800.0
    assert metrics.score(Single(-0.5, True)) == {"greedy_match": 1.0, "log_likelihood": -0.5}


def test_a_known_answer():
    found = metrics.score(Choices([math.log(0.2), math.log(0.1), math.log(0.1)], 1))
    assert found == pytest.approx(
        {
            "multiple_choice_grade": 0.0,
            "right_probability": 0.25,
            "calibration_multiple_choice_brier_score": (0.5**2 + 0.75**2 + 0.25**2) / 3,
            "log_likelihood": math.log(0.1),
            "log_probability": math.log(0.25),
        }
    )


def test_of_tied_choices_the_first_counts():
    assert metrics.score(Choices([-1.0, -1.0], 0))["multiple_choice_grade"] == 1.0
    assert metrics.score(Choices([-1.0, -1.0], 1))["multiple_choice_grade"] == 0.0


@given(st.integers(2, 20))
def test_uniform_guesses_have_the_brier_score_that_bigbench_gives_them(k):
    assert metrics.brier([1 / k] * k, 0) == pytest.approx((k - 1) / k**2)


@given(likelihoods, st.data())
def test_choices_stay_in_range(numbers, data):
    right = data.draw(st.integers(0, len(numbers) - 1))
    found = metrics.score(Choices(numbers, right))
    assert found["multiple_choice_grade"] in (0.0, 1.0)
    assert -1e-12 <= found["right_probability"] <= 1 + 1e-9
    assert 0 <= found["calibration_multiple_choice_brier_score"] <= 2 / len(numbers) + 1e-9
    assert found["log_probability"] <= 1e-9
    assert found["log_likelihood"] <= found["log_probability"] + 1e-6 or sum(map(math.exp, numbers)) > 1
    shifted = metrics.score(Choices([number - 5.0 for number in numbers], right))
    assert shifted["right_probability"] == pytest.approx(found["right_probability"], rel=1e-6, abs=1e-12)


def test_texts():
    found = metrics.score(Texts(["the red mouse"], ["the red house"]))
    assert found == pytest.approx(
        {"exact_str_match": 0.0, "edit_distance": 1 / 13, "token_accuracy": 2 / 3, "right_prefix": 8 / 13}
    )
    assert metrics.score(Texts(["a"], ["a"])) == {
        "exact_str_match": 1.0,
        "edit_distance": 0.0,
        "token_accuracy": 1.0,
        "right_prefix": 1.0,
    }


def test_the_best_of_several_targets_counts_and_the_mean_of_repeats():
    assert metrics.score(Texts(["blue"], ["red", "blue"]))["exact_str_match"] == 1.0
    repeats = metrics.score(Texts(["blue", "red", "blue", "blue"], ["blue"]))
    assert repeats["exact_str_match"] == 0.75


@given(words, st.lists(words, min_size=1, max_size=3))
def test_texts_stay_in_range(output, targets):
    assume(all(targets))
    found = metrics.score(Texts([output], targets))
    assert found["exact_str_match"] == float(output in targets)
    assert all(0 <= value <= 1 for value in found.values())
    if found["exact_str_match"]:
        assert (found["edit_distance"], found["right_prefix"]) == (0, 1)


@given(words, words, words)
def test_another_accepted_answer_never_harms(output, target, other):
    assume(target and other)
    one, two = (metrics.score(Texts([output], targets)) for targets in ([target], [target, other]))
    assert two["edit_distance"] <= one["edit_distance"]
    assert all(two[name] >= one[name] for name in ("exact_str_match", "token_accuracy", "right_prefix"))


def test_texts_that_would_take_long_are_refused():
    with pytest.raises(UnusableError, match="too long"):
        metrics.score(Texts(["a" * 40_000], ["b" * 40_000]))


def test_every_metric_is_described():
    examples = (Choices([-1.0, -2.0], 0), Single(-1.0, True), Texts(["a"], ["a"]))
    assert {name for outputs in examples for name in metrics.score(outputs)} == set(metrics.METRICS)
