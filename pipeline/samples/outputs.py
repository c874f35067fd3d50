"""What a line of a log says of the model's outputs: log-likelihoods of choices, of one text, or generated texts.

`filtered_resps` has one entry for each request that the example made: a pair of a log-likelihood and whether greedy
decoding would give the text, or a generated text, or the texts of several repeats. Logs nest them more or less deeply,
and write numbers as numbers or as text. A target is read as the harness does: digits are the place of the right choice,
`['a', 'b']` is a list of accepted answers.
"""

import ast
import re
from math import nan
from typing import Any, NamedTuple

from pipeline.samples.reading import Example, UnusableError, is_number

TRUTHS = {"True": True, "False": False}
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,30})?([eE][-+]?\d{1,3})?")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Before the answer proper, in the targets of GSM8K and its kin.
ANSWER_MARK = "\n#### "
LONGEST_LIST = 100_000
# Metrics of running text, of which no part is an answer.
OF_RUNNING_TEXT = {"word_perplexity", "byte_perplexity", "bits_per_byte"}
Pair = tuple[float, bool]


class Choices(NamedTuple):
    """Log-likelihoods of two or more choices, and the place of the right one.

    `is_inferred`: of two choices the log does not say which is right, but whether the likelier is.
    """

    log_likelihoods: list[float]
    right: int
    is_inferred: bool = False


class Single(NamedTuple):
    """The log-likelihood of one text, and whether greedy decoding would give it."""

    log_likelihood: float
    is_greedy: bool


class Texts(NamedTuple):
    """Generated texts, one or several repeats, and the answers that are accepted; all without space around them."""

    outputs: list[str]
    targets: list[str]


def outputs_of(example: Example) -> Choices | Single | Texts:
    """What an example's line says of the outputs.

    Raises:
        UnusableError: it says nothing that a metric can be computed from.
    """
    row = example.row
    if row.keys() & OF_RUNNING_TEXT:
        raise UnusableError("running text has no right answer")
    responses = row["filtered_resps"]
    while len(responses) == 1 and _is_list_of_lists(responses[0]):
        responses = responses[0]
    pairs = [pair for response in responses if (pair := _pair(response))]
    if pairs and len(pairs) == len(responses):
        return _likelihoods(example, pairs)
    if len(responses) != 1:
        raise UnusableError("the outputs are neither log-likelihoods nor one generated text")
    texts = responses[0] if type(responses[0]) is list else responses
    if not texts or not all(type(text) is str for text in texts):
        raise UnusableError("the outputs are neither log-likelihoods nor one generated text")
    return Texts([text.strip() for text in texts], _accepted(row.get("target")))


def _is_list_of_lists(value: object) -> bool:
    return type(value) is list and bool(value) and type(value[0]) is list


def _pair(response: Any) -> Pair | None:  # noqa: ANN401 - parsed JSON
    """A log-likelihood and whether its text is greedy; none where a response is something else."""
    while type(response) is list and len(response) == 1:
        response = response[0]
    if type(response) is not list or len(response) != 2:
        return None
    number, truth = response
    is_greedy = truth if type(truth) is bool else TRUTHS.get(truth) if type(truth) is str else None
    if is_greedy is None:
        return None
    if type(number) is str and NUMBER.fullmatch(number):
        number = float(number)
    # Numbers written as text are read above; anything else is infinite or not a number, and becomes NaN.
    return float(number) if type(number) in (int, float) else nan, is_greedy


def _likelihoods(example: Example, pairs: list[Pair]) -> Choices | Single:
    if not all(is_number(number) for number, _ in pairs):
        raise UnusableError("a log-likelihood is not a finite number")
    if len(pairs) == 1:
        return Single(*pairs[0])
    # For acc_mutual_info every choice is asked for a second time, without its question.
    count = len(pairs) // 2 if "acc_mutual_info" in example.row and len(pairs) % 2 == 0 else len(pairs)
    numbers = [number for number, _ in pairs[:count]]
    right = _right(example.row, count)
    if right is not None:
        return Choices(numbers, right)
    accuracy = example.logged.get("acc")
    if count == 2 and accuracy in (0.0, 1.0):
        likelier = numbers.index(max(numbers))
        return Choices(numbers, likelier if accuracy else 1 - likelier, is_inferred=True)
    raise UnusableError("the target is none of the choices")


def _right(row: dict[str, Any], count: int) -> int | None:
    """The place of the target among so many choices: by number, by text, or by letter."""
    target = row.get("target")
    if type(target) is str and target.isdecimal() and len(target) < 10:
        target = int(target)
    if type(target) is int:
        return target if 0 <= target < count else None
    if type(target) is not str or not target.strip():
        return None
    target = target.strip()
    texts = _choice_texts(row)
    if len(texts) >= count and target in texts[:count]:
        return texts.index(target)
    place = LETTERS.find(target) if len(target) == 1 else -1
    return place if 0 <= place < count else None


def _choice_texts(row: dict[str, Any]) -> list[str]:
    """The texts whose log-likelihoods were asked for."""
    arguments = row.get("arguments")
    if type(arguments) is dict:
        requests = [own.get("arg_1") if type(own) is dict else None for own in arguments.values()]
    elif type(arguments) is list:
        requests = [own[1] if type(own) is list and len(own) == 2 else None for own in arguments]
    else:
        requests = []
    return [text.strip() if type(text) is str else "" for text in requests]


def _accepted(target: object) -> list[str]:
    """The answers that are accepted."""
    if type(target) is str and target.startswith("[") and target.endswith("]") and len(target) <= LONGEST_LIST:
        listed = _literal(target)
        target = listed if type(listed) is list and all(type(answer) is str for answer in listed) else target
    answers = target if type(target) is list else [target]
    texts = [str(answer) for answer in answers if type(answer) in (str, int, float)]
    texts = [text.rpartition(ANSWER_MARK)[2].strip() for text in texts]
    if len(texts) < len(answers) or not texts or not all(texts):
        raise UnusableError("the target is not text, or empty")
    return texts


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
