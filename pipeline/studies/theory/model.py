"""The paper's mathematical model of a model family that improves smoothly, and what each metric makes of it.

Formulae and constants: Schaeffer, Miranda, Koyejo, "Are Emergent Abilities of Large Language Models a Mirage?"
(NeurIPS 2023), section 2; the constants are read off its Figures 2 to 4. All functions are pure: arrays in, an array
of the broadcast shape out, nothing drawn and nothing random.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.core.errors import PipelineError

Array = NDArray[np.float64]

# The constants of the published figures: the exponent, the parameters at which the loss is one nat per token, and the
# parameters of the four models.
ALPHA = -0.5
SCALE_CONSTANT = 2e9
PUBLISHED_PARAMS = (3.5e8, 1.3e9, 6.7e9, 2.0e11)

# The metrics of the model and what each measures.
METRICS = MappingProxyType(
    {
        "accuracy": "share of answers with every token right",
        "exact_match": "share of answers that equal a reference",
        "multiple_choice_grade": "share of questions with the right choice on top",
        "token_edit_distance": "tokens to change in an answer",
        "brier": "squared error of the probabilities",
    }
)


@dataclass(frozen=True)
class Target:
    """What an answer is held against: tokens, choices, references."""

    length: float = 1
    choices: float = 2
    references: float = 1


class Shown(NamedTuple):
    """What a test set of n examples shows of a metric."""

    expected: Array
    p_extreme: Array
    resolution: Array


def token_loss(params: ArrayLike, alpha: ArrayLike = ALPHA, c: ArrayLike = SCALE_CONSTANT) -> Array:
    """Cross-entropy of one token, (N/c)^alpha, in nats.

    Args:
        params: N, parameters of the model.
        alpha: exponent, negative where larger models are better.
        c: the N at which the loss is one nat.

    Source: the paper, section 2, after the scaling laws of Kaplan et al. 2020.
    """
    return _array(np.divide(params, c) ** np.asarray(alpha, dtype=float))


def token_probability(loss: ArrayLike) -> Array:
    """Probability of the right token, p = exp(-loss), for a loss in nats. Source: the paper, section 2."""
    return _array(np.exp(-np.asarray(loss, dtype=float)))


def accuracy(p: ArrayLike, length: ArrayLike = 1) -> Array:
    """Probability that all tokens of an answer are right, p^L: exact string match against one reference.

    On the scale log(-log accuracy) = alpha log N - alpha log c + log L it is a straight line in log N. Source: the
    paper, section 2.
    """
    return _array(np.power(p, length))


def exact_match(p: ArrayLike, length: ArrayLike = 1, references: ArrayLike = 1) -> Array:
    """Probability of matching at least one of R references, 1 - (1 - p^L)^R.

    Each reference counts as a chance of its own. That lies between p^L, one reference, and R p^L, the bound that
    references which exclude each other can reach while it is below 1. Source: this project; the paper has R = 1.
    """
    with np.errstate(divide="ignore"):  # log 0 where every answer is right
        return _array(-np.expm1(np.asarray(references) * np.log1p(-accuracy(p, length))))


def token_edit_distance(p: ArrayLike, length: ArrayLike = 1) -> Array:
    """Expected number of wrong tokens, L (1 - p), in tokens. Source: the paper, section 2.

    Insertions and deletions can only lower it, so it is an upper bound of the expected Levenshtein distance of
    answers of the right length.
    """
    return _array(np.asarray(length) * (1 - np.asarray(p, dtype=float)))


def multiple_choice_grade(p: ArrayLike, choices: ArrayLike = 2) -> Array:
    """Expected grade where p is the mass on the right one of k choices: 1 where p > 1/k, else chance, 1/k.

    Source: the paper, section 2 and Figure 2, in which the grade of one question jumps.
    """
    chance = 1 / np.asarray(choices, dtype=float)
    return _array(np.where(np.asarray(p) > chance, 1.0, chance))


def brier(p: ArrayLike, choices: ArrayLike = 2) -> Array:
    """Brier score, (1 - p)^2 / (k - 1); lower is better.

    BIG-bench divides the sum over k choices by k. With the rest of the mass spread evenly that is
    ((1 - p)^2 + (k - 1) ((1 - p) / (k - 1))^2) / k, which is the above; for k = 2 it is the paper's (1 - p)^2.
    """
    return _array((1 - np.asarray(p, dtype=float)) ** 2 / (np.asarray(choices, dtype=float) - 1))


def expected_score(metric: str, p: ArrayLike, target: Target = Target()) -> Array:
    """What a metric gives on average for a token probability p: the formula of its name with the target's numbers.

    Raises:
        PipelineError: there is no such metric.
    """
    match metric:
        case "accuracy":
            return accuracy(p, target.length)
        case "exact_match":
            return exact_match(p, target.length, target.references)
        case "multiple_choice_grade":
            return multiple_choice_grade(p, target.choices)
        case "token_edit_distance":
            return token_edit_distance(p, target.length)
        case "brier":
            return brier(p, target.choices)
    raise PipelineError(f"{metric} is no metric of the model. Next: use one of {', '.join(METRICS)}.")


def shown_by(metric: str, p: ArrayLike, n_test: ArrayLike, target: Target = Target()) -> Shown:
    """What n test examples show of a metric whose examples are independent and alike.

    - `expected`: the expected score; a mean over examples, so the same for every n.
    - `p_extreme`: probability that all n examples score zero. For the proportions that is the worst score, (1 - q)^n
      with q the expected score; for the token edit distance the best, p^(L n); the Brier score is a function of p, and
      zero only where p = 1.
    - `resolution`: the smallest difference that two test sets of n can show, 1/n; 0 for the Brier score, which takes
      any value.

    Args:
        metric: a name of METRICS.
        p: token probability.
        n_test: n, examples in the test set.
        target: tokens, choices, references.

    Source: the paper, section 2 ("resolution"), and the binomial distribution.
    """
    expected = expected_score(metric, p, target)
    n = np.asarray(n_test, dtype=float)
    if metric == "brier":
        return Shown(expected, _array(np.asarray(p) == 1), _array(0 * n))
    share = accuracy(p, target.length) if metric == "token_edit_distance" else 1 - expected
    return Shown(expected, _array(share**n), 1 / n)


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)
