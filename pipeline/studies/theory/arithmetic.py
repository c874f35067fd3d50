"""Arithmetic as in the paper's section 3: simulated answerers write digits, and two metrics read the same strings.

An answerer of N parameters gets each digit of the true answer right with probability p = exp(-(N/c)^alpha), on its
own; else it writes one of the nine other digits. Nothing in it jumps. Source: the paper, sections 2 and 3, with
simulated answers in the place of GPT-3's.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from pipeline.core.scoring import score_curves
from pipeline.studies.theory import model as theory

OPERATIONS = ("addition", "multiplication")
LENGTHS = (1, 2, 3, 4, 5)
N_TESTS = (20, 100, 500, 2_000, 20_000)
# The eight sizes of GPT-3, as in sql/seeds/models.csv: the family of the paper's section 3.
GPT_PARAMS = (
    125_000_000,
    350_000_000,
    760_000_000,
    1_300_000_000,
    2_700_000_000,
    6_700_000_000,
    13_000_000_000,
    175_000_000_000,
)
SEED = 2023
Integers = NDArray[np.int64]
Strings = NDArray[np.str_]


@dataclass(frozen=True)
class Setup:
    """The knobs: who answers, how many questions, and the seed of every random number."""

    params: tuple[float, ...] = GPT_PARAMS
    alpha: float = theory.ALPHA
    c: float = theory.SCALE_CONSTANT
    lengths: tuple[int, ...] = LENGTHS
    n_tests: tuple[int, ...] = N_TESTS
    seed: int = SEED

    def digit_probability(self) -> theory.Array:
        """Probability of a right digit at each scale, shape (scales,)."""
        return theory.token_probability(theory.token_loss(self.params, self.alpha, self.c))


class Cell(NamedTuple):
    """One operation and target length, with each scale's marks on the same questions.

    `is_match` (scales, questions) tells exact matches, `distance` (scales, questions) counts edits in digits.
    """

    operation: str
    length: int
    is_match: NDArray[np.bool_]
    distance: Integers


def questions(operation: str, length: int, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Pairs of integers whose sum or product has exactly `length` digits, drawn evenly from a box by rejection.

    The terms of a sum have at most `length` digits; the factors of a product have half of them, rounded up and down
    (at least one). Zero is no factor.

    Args:
        operation: `addition` or `multiplication`.
        length: digits of the target.
        count: pairs to draw.
        rng: the stream to draw from.

    Returns:
        The first and the second integers, each of shape (count,).
    """
    first: list[Integers] = []
    second: list[Integers] = []
    while sum(map(len, first)) < count:
        a, b = _candidates(operation, length, 4 * count, rng)
        result = truth(operation, a, b)
        fits = (result >= (10 ** (length - 1) if length > 1 else 0)) & (result < 10**length)
        first.append(a[fits])
        second.append(b[fits])
    return np.concatenate(first)[:count], np.concatenate(second)[:count]


def _candidates(operation: str, length: int, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    if operation == "addition":
        return rng.integers(0, 10**length, count), rng.integers(0, 10**length, count)
    longer, shorter = (length + 1) // 2, max(1, length // 2)
    return (
        rng.integers(10 ** (longer - 1), 10**longer, count),
        rng.integers(10 ** (shorter - 1), 10**shorter, count),
    )


def truth(operation: str, a: Integers, b: Integers) -> Integers:
    """The sums or products of two arrays of integers."""
    return a + b if operation == "addition" else a * b


def answer(targets: Strings, p: float, rng: np.random.Generator) -> Strings:
    """Copy each string of digits, every digit right with probability `p`, else one of the nine others.

    Args:
        targets: strings of digits, all of one length, shape (questions,).
        p: probability of a right digit.
        rng: the stream to draw from.

    Returns:
        Strings of the same length, shape (questions,).
    """
    length = targets.dtype.itemsize // 4
    digits = targets.view(np.uint32).reshape(len(targets), length) - ord("0")
    wrong = rng.random(digits.shape) >= p
    other = (digits + rng.integers(1, 10, digits.shape, dtype=np.uint32)) % 10
    written = np.where(wrong, other, digits).astype(np.uint32) + ord("0")
    return np.ascontiguousarray(written).view(f"<U{length}").ravel()


def edit_distances(answers: Strings, targets: Strings) -> Integers:
    """Levenshtein distance of each answer to its target, in digits: insertions, deletions, substitutions, 1 each."""
    distances = process.cpdist(answers.tolist(), targets.tolist(), scorer=Levenshtein.distance, dtype=np.int32)
    return np.asarray(distances, dtype=np.int64)


def simulate(setup: Setup = Setup()) -> list[Cell]:
    """Ask every answerer the same questions of every operation and length.

    Each operation and length has a stream of its own, so that a shorter list of lengths changes no other cell.
    """
    cells = [(operation, length) for operation in OPERATIONS for length in setup.lengths]
    bar = tqdm(cells, desc="arithmetic", unit="cell", delay=1, leave=False, disable=None)
    return [_ask(setup, operation, length) for operation, length in bar]


def _ask(setup: Setup, operation: str, length: int) -> Cell:
    rng = np.random.default_rng([setup.seed, OPERATIONS.index(operation), length])
    targets = truth(operation, *questions(operation, length, max(setup.n_tests), rng)).astype(f"<U{length}")
    matches, distances = [], []
    for p in setup.digit_probability():
        answers = answer(targets, float(p), rng)
        matches.append(answers == targets)
        distances.append(edit_distances(answers, targets))
    return Cell(operation, length, np.array(matches), np.array(distances))


def tabulate(cells: list[Cell], setup: Setup = Setup()) -> pd.DataFrame:
    """Both metrics of the first n questions of every cell, beside what the model expects of them.

    Returns:
        One row per operation, length, test size, scale: `operation`, `length` (digits), `n_test`, `params`, `accuracy`,
        `expected_accuracy` (p^L), `p_all_zero` ((1 - p^L)^n), `edit_distance` (digits), `expected_edit_distance`
        (L (1 - p), an upper bound), and of the curve that the row is a point of, `accuracy_emergence_score` and
        `edit_distance_emergence_score` with their statuses.
    """
    p = setup.digit_probability()
    points = pd.concat(
        pd.DataFrame(
            {
                "operation": cell.operation,
                "length": cell.length,
                "n_test": n_test,
                "params": setup.params,
                "accuracy": cell.is_match[:, :n_test].mean(axis=1),
                "expected_accuracy": theory.accuracy(p, cell.length),
                "p_all_zero": theory.shown_by("accuracy", p, n_test, theory.Target(cell.length)).p_extreme,
                "edit_distance": cell.distance[:, :n_test].mean(axis=1),
                "expected_edit_distance": theory.token_edit_distance(p, cell.length),
            }
        )
        for cell in cells
        for n_test in setup.n_tests
    ).reset_index(names="position")
    points["curve_id"] = points.groupby(["operation", "length", "n_test"], sort=False).ngroup()
    for metric in ("accuracy", "edit_distance"):
        scored = score_curves(points.assign(score=points[metric])).set_index("curve_id")
        points[f"{metric}_emergence_score"] = points["curve_id"].map(scored["emergence_score"])
        points[f"{metric}_status"] = points["curve_id"].map(scored["status"])
    return points.drop(columns=["position", "curve_id"])
