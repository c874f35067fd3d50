"""Sums of two integers of up to four digits, as tokens: what the transformers read and write."""

import numpy as np

DIGITS = 4
ANSWER = DIGITS + 1
PLUS, EQUALS, TOKENS = 10, 11, 12
PROMPT = 2 * DIGITS + 2
LENGTH = PROMPT + ANSWER


def held_out(rng: np.random.Generator, count: int) -> np.ndarray:
    """Distinct pairs (a, b), each a code a * 10^4 + b, uniform over all 10^8; shape (count,)."""
    return rng.choice(10 ** (2 * DIGITS), size=count, replace=False, shuffle=True)


def draw(rng: np.random.Generator, count: int, banned: np.ndarray) -> np.ndarray:
    """Pairs for training, none of them held out: each number below 10^d, with d uniform from 1 to 4.

    Pairs that are uniform over all 10^8 hardly ever hold a short number. With short ones a network meets sums in which
    digits are copied, from which it learns sooner which digits belong together.

    Args:
        rng: the stream of one training run.
        count: number of pairs.
        banned: codes of held-out pairs, sorted.
    """
    first, second = rng.integers(10 ** rng.integers(1, DIGITS + 1, size=(2, count)))
    codes: np.ndarray = first * 10**DIGITS + second
    places = np.minimum(np.searchsorted(banned, codes), len(banned) - 1)
    clash = banned[places] == codes
    if clash.any():
        codes[clash] = draw(rng, int(clash.sum()), banned)
    return codes


def encode(codes: np.ndarray) -> np.ndarray:
    """Tokens of `a+b=s`, every number padded with zeros and written from its last digit to its first.

    Reversed, a carry moves in the direction of writing (Lee et al. 2023, arXiv 2307.03381).

    Args:
        codes: shape (n,).

    Returns:
        Shape (n, 15): 4 digits, plus, 4 digits, equals, 5 digits of the answer.
    """
    first, second = np.divmod(codes, 10**DIGITS)
    signs = np.ones((len(codes), 1), dtype=np.int64)
    parts = (_digits(first, DIGITS), PLUS * signs, _digits(second, DIGITS), EQUALS * signs)
    return np.hstack([*parts, _digits(first + second, ANSWER)])


def _digits(numbers: np.ndarray, width: int) -> np.ndarray:
    return numbers[:, None] // 10 ** np.arange(width) % 10


def as_text(tokens: np.ndarray) -> list[str]:
    """Answers as strings, in the order of writing; a sign stands as `+` or `=`."""
    symbols = np.array(list("0123456789+="))
    return ["".join(row) for row in symbols[tokens]]
