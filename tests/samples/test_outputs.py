"""What a line says of the outputs, in every variant of the format."""

import pytest

from pipeline.samples.outputs import Choices, Single, Texts, outputs_of
from pipeline.samples.reading import SetAside, UnusableError, read
from tests.samples import made_logs
from tests.samples.made_logs import ENDINGS, LIKELIHOODS, old, row, text

NUMBERS = [number for number, _ in LIKELIHOODS]


@pytest.fixture
def of(tmp_path):
    """The outputs of one line."""

    def outputs(line):
        [example] = read(made_logs.write(tmp_path, [line]))
        assert not isinstance(example, SetAside), example
        return outputs_of(example)

    return outputs


@pytest.mark.parametrize(
    "line",
    [
        row(),
        old(),
        row(target=0),
        row(target="red"),
        row(target=" red "),
        row(target="A"),
        old(target="red"),
        old(filtered_resps=[[pair] for pair in LIKELIHOODS]),
        old(filtered_resps=[LIKELIHOODS]),
        old(filtered_resps=[[[pair]] for pair in LIKELIHOODS]),
        row(acc_mutual_info=1.0, filtered_resps=[*LIKELIHOODS, *([[-1.0, False]] * 4)]),
    ],
)
def test_the_first_of_four_choices_is_right(of, line):
    assert of(line) == Choices(NUMBERS, 0)


def test_digits_are_a_place_though_a_choice_reads_so(of):
    # As the harness does: the fourth choice is " 2".
    assert of(row(target="2")) == Choices(NUMBERS, 2)


def test_of_two_choices_the_accuracy_tells_which_is_right(of):
    two = {"target": "no ending of these", "filtered_resps": [["-2.0", "False"], ["-1.0", "False"]]}
    assert of(row(**two, acc=1.0)) == Choices([-2.0, -1.0], 1, is_inferred=True)
    assert of(row(**two, acc=0.0)) == Choices([-2.0, -1.0], 0, is_inferred=True)


@pytest.mark.parametrize("target", ["4", 4, -1, -100, "purple", "E", "", None, 1.5, True, [0], "[0, 1]", "a" * 1000])
def test_a_target_that_is_no_choice_is_not_scored(of, target):
    with pytest.raises(UnusableError, match="none of the choices"):
        of(row(target=target))


@pytest.mark.parametrize("spelled", ["nan", "-inf", "inf", "1_0", " 1", "", "0x1", "1" * 1000, None, [], {}])
def test_a_log_likelihood_that_is_no_number_is_not_scored(of, spelled):
    with pytest.raises(UnusableError, match="not a finite number"):
        of(row(filtered_resps=[[spelled, "False"], ["-1.0", "False"]]))


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([["-0.5", "True"]], Single(-0.5, True)),
        ([[-0.5, False]], Single(-0.5, False)),
        ([[[-0.5, True]]], Single(-0.5, True)),
        ([[-2, True]], Single(-2.0, True)),
        ([["-9.536740890325746e-07", "True"]], Single(-9.536740890325746e-07, True)),
    ],
)
def test_one_pair_is_a_single_text(of, responses, expected):
    assert of(row(target="9", filtered_resps=responses)) == expected


@pytest.mark.parametrize(
    ("target", "accepted"),
    [
        ("red", ["red"]),
        (" red\n", ["red"]),
        (["red", "scarlet"], ["red", "scarlet"]),
        ("['red', 'scarlet']", ["red", "scarlet"]),
        ("[1, 2]", ["[1, 2]"]),
        ("['red', 2]", ["['red', 2]"]),
        ("[" * 5_000 + "]", ["[" * 5_000 + "]"]),
        (18, ["18"]),
        ("3 and 4 make 7\n#### 7", ["7"]),
    ],
)
def test_targets_of_texts(of, target, accepted):
    assert of(text("red", target)) == Texts(["red"], accepted)


@pytest.mark.parametrize("target", [" ", "", None, [], {}, [["red"]], ["red", ""], [None]])
def test_a_target_without_text_is_not_scored(of, target):
    with pytest.raises(UnusableError, match="not text, or empty"):
        of(text("red", target))


def test_repeats_are_several_outputs(of):
    assert of(text(["a", " b ", "c"], "b")) == Texts(["a", "b", "c"], ["b"])
    assert of(text(["a"], "b")) == Texts(["a"], ["b"])


@pytest.mark.parametrize("responses", [[], ["a", "b"], [1], [None], [{}], [[]], [["a", 1]], [["-1", "False"], "a"]])
def test_other_outputs_are_not_scored(of, responses):
    with pytest.raises(UnusableError, match="neither log-likelihoods nor one generated text"):
        of(row(filtered_resps=responses))


def test_running_text_is_not_scored(of):
    with pytest.raises(UnusableError, match="running text"):
        of(row(filtered_resps=["-123.4"], word_perplexity=[-123.4, 50]))


@pytest.mark.parametrize("arguments", [None, 3, {}, [], {"gen_args_0": 1}, [[1]], {"gen_args_0": {"arg_1": 3}}])
def test_without_arguments_only_places_and_letters_are_found(of, arguments):
    assert of(row(arguments=arguments, target="B")) == Choices(NUMBERS, 1)
    with pytest.raises(UnusableError):
        of(row(arguments=arguments, target=ENDINGS[0]))
