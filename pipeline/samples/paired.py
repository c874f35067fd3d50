"""Two metrics of the same outputs, or two models on the same examples: compared example by example."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from pipeline.core.mcnemar import mcnemar_p
from pipeline.samples.scored import Examples

Values = npt.NDArray[np.floating]


class Matched(NamedTuple):
    """The same examples in two logs.

    Attributes:
        first: (n,), their places in the first.
        second: (n,), and in the second.
        basis: `doc_hash`, the examples' text, or `doc_id`, their places in the test set.
        only_first: examples that the second log does not have.
        only_second: and the other way round.
    """

    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    basis: str
    only_first: int
    only_second: int


class Compared(NamedTuple):
    """The second of two paired metrics minus the first.

    Attributes:
        n: pairs in which both have a value.
        difference: of the means.
        standard_error: of the difference, from the differences of the pairs; NaN for one pair.
        only_first: pairs in which only the first is 1; of 0/1 values alone.
        only_second: pairs in which only the second is.
        test: `mcnemar`, exact, where all values are 0 or 1; else `t`, of the paired differences.
        p: of no difference, two-sided; NaN where one pair, or none, can tell nothing.
    """

    n: int
    difference: float
    standard_error: float
    only_first: int
    only_second: int
    test: str
    p: float


def match(first: Examples, second: Examples) -> Matched:
    """Find the same examples, by their text where both logs have its hash, else by their places in the test set.

    A text that stands several times in a test set is matched in the order of its places.
    """
    has_keys = first.key is not None and second.key is not None
    one, other = (_places(examples, by_text=has_keys) for examples in (first, second))
    same = one.merge(other, on=["key", "turn"], suffixes=("_first", "_second"))
    basis = "doc_hash" if has_keys else "doc_id"
    places = [same[name].to_numpy(np.intp) for name in ("place_first", "place_second")]
    return Matched(places[0], places[1], basis, len(one) - len(same), len(other) - len(same))


def _places(examples: Examples, *, by_text: bool) -> pd.DataFrame:
    frame = pd.DataFrame({"key": examples.key if by_text else examples.doc_id})
    return frame.assign(turn=frame.groupby("key").cumcount(), place=np.arange(len(frame)))


def compare(first: Values, second: Values) -> Compared:
    """Compare paired values, such as those of two metrics of one filter, or of one metric at matched examples.

    McNemar's exact test is binomial: of the pairs that differ, which side has more. The t test is of the mean of the
    differences.

    Args:
        first: (n,).
        second: (n,); a pair with a NaN is left out.

    Raises:
        ValueError: the arrays have different lengths.
    """
    one, other = both(first, second)
    n, gaps = len(one), other - one
    difference = float(gaps.mean()) if n else np.nan
    error = float(gaps.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    if np.isin(one, (0, 1)).all() and np.isin(other, (0, 1)).all():
        only_first, only_second = int((gaps < 0).sum()), int((gaps > 0).sum())
        p = mcnemar_p(only_first, only_second) if n else np.nan
        return Compared(n, difference, error, only_first, only_second, "mcnemar", p)
    return Compared(n, difference, error, 0, 0, "t", _t_test(difference, error, n))


def both(first: Values, second: Values) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The pairs in which both have a value, as doubles.

    Raises:
        ValueError: the arrays have different lengths.
    """
    one, other = np.asarray(first, float), np.asarray(second, float)
    if one.shape != other.shape:
        raise ValueError(f"{len(one)} values are no pairs with {len(other)}")
    there = ~(np.isnan(one) | np.isnan(other))
    return one[there], other[there]


def _t_test(difference: float, error: float, n: int) -> float:
    if n < 2:
        return np.nan
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * stats.t.sf(abs(difference / error), n - 1))
