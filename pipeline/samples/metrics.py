"""Metrics of single examples: the same outputs, scored from sharply to smoothly. Higher is better but where said.

Sources: BIG-bench's definitions for the names that it uses; the paper (section 2) for the distance of edits and for
single tokens.
"""

from math import exp, log
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein, Prefix

from pipeline.samples.outputs import Choices, Single, Texts
from pipeline.samples.reading import UnusableError

# Of outputs times targets, in characters: some hundredths of a second for one example.
MOST_COMPARED = 1_000_000_000


class Metric(NamedTuple):
    """A metric of this module; `harness` is the harness's own name for what should be the same number."""

    name: str
    higher_is_better: bool = True
    harness: str = ""


METRICS = {
    metric.name: metric
    for metric in (
        Metric("multiple_choice_grade", harness="acc"),
        Metric("right_probability"),
        Metric("calibration_multiple_choice_brier_score", higher_is_better=False),
        Metric("log_likelihood"),
        Metric("log_probability"),
        Metric("greedy_match", harness="acc"),
        Metric("exact_str_match", harness="exact_match"),
        Metric("edit_distance", higher_is_better=False),
        Metric("token_accuracy"),
        Metric("right_prefix"),
    )
}


def score(outputs: Choices | Single | Texts) -> dict[str, float]:
    """Every metric that the outputs of one example have, by name.

    Raises:
        UnusableError: the texts are too long to be compared.
    """
    if isinstance(outputs, Choices):
        return of_choices(outputs)
    if isinstance(outputs, Single):
        return {"greedy_match": float(outputs.is_greedy), "log_likelihood": outputs.log_likelihood}
    return of_texts(outputs)


def of_choices(choices: Choices) -> dict[str, float]:
    """Metrics of k choices with log-likelihoods l, of which one is right; p is their softmax.

    - `multiple_choice_grade`: 1 where the likeliest choice, the first of tied ones, is the right one, else 0.
    - `right_probability`: p of the right choice.
    - `calibration_multiple_choice_brier_score`: see `brier`.
    - `log_likelihood`: l of the right choice; `log_probability`: log p of it.
    """
    numbers, right, _ = choices
    total = log_sum_exp(numbers)
    shares = [exp(number - total) for number in numbers]
    return {
        "multiple_choice_grade": float(numbers.index(max(numbers)) == right),
        "right_probability": shares[right],
        "calibration_multiple_choice_brier_score": brier(shares, right),
        "log_likelihood": numbers[right],
        "log_probability": numbers[right] - total,
    }


def log_sum_exp(numbers: list[float]) -> float:
    """The logarithm of the sum of exp(l), also where every exp(l) is too small for a double."""
    largest = max(numbers)
    return largest + log(sum(exp(number - largest) for number in numbers))


def brier(shares: list[float], right: int) -> float:
    """Sum over the choices of (p - y)^2, with y 1 for the right choice and else 0, over k; lower is better.

    BIG-bench divides by the number of choices, so that uniform guesses get (k - 1) / k^2 and nothing more than 2 / k;
    the harness's `brier_score` is the sum itself, between 0 and 2.
    """
    return sum((share - (place == right)) ** 2 for place, share in enumerate(shares)) / len(shares)


def of_texts(texts: Texts) -> dict[str, float]:
    """Metrics of a generated text: the best over the accepted answers, and the mean over repeats.

    Raises:
        UnusableError: the texts are too long to be compared.
    """
    outputs, targets = texts
    if sum(map(len, outputs)) * sum(map(len, targets)) > MOST_COMPARED:
        raise UnusableError("the texts are too long to be compared")
    found = dict.fromkeys(TEXT_METRICS, 0.0)
    for output in outputs:
        for name, (metric, best) in TEXT_METRICS.items():
            found[name] += best(metric(output, target) for target in targets) / len(outputs)
    return found


def exact_str_match(output: str, target: str) -> float:
    """1 where both are the same text, else 0."""
    return float(output == target)


def edit_distance(output: str, target: str) -> float:
    """Levenshtein distance over the length of the longer text, in characters; lower is better.

    Insertions, deletions and substitutions count 1 each, as in the paper's distance of tokens: one wrong character is
    one error, where the distance without substitutions would count two.
    """
    return float(Levenshtein.normalized_distance(output, target))


def token_accuracy(output: str, target: str) -> float:
    """Share of places with the same token, split at white space, of the places of the longer text."""
    own, right = output.split(), target.split()
    same = sum(one == other for one, other in zip(own, right, strict=False))
    return same / max(len(own), len(right), 1)


def right_prefix(output: str, target: str) -> float:
    """Share of the target's characters before the first wrong one."""
    return Prefix.similarity(output, target) / max(len(target), 1)


TEXT_METRICS = {
    "exact_str_match": (exact_str_match, max),
    "edit_distance": (edit_distance, min),
    "token_accuracy": (token_accuracy, max),
    "right_prefix": (right_prefix, max),
}
