"""Two metrics, or two models, compared example by example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from pipeline.samples.paired import compare, match
from pipeline.samples.scored import Examples

binary = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=80)


def examples(doc_id, key=None):
    key = None if key is None else np.array(key, np.uint64)
    return Examples(np.array(doc_id, np.int32), key, np.zeros((1, len(doc_id)), np.float32))


def test_examples_are_matched_by_their_text():
    found = match(examples([0, 1, 2], [7, 8, 9]), examples([0, 1, 3], [8, 9, 10]))
    assert (found.first.tolist(), found.second.tolist()) == ([1, 2], [0, 1])
    assert (found.basis, found.only_first, found.only_second) == ("doc_hash", 1, 1)


def test_else_by_their_places():
    found = match(examples([0, 1, 2], [7, 8, 9]), examples([1, 2, 3]))
    assert (found.first.tolist(), found.second.tolist()) == ([1, 2], [0, 1])
    assert (found.basis, found.only_first, found.only_second) == ("doc_id", 1, 1)


def test_a_text_that_stands_twice_is_matched_in_turn():
    found = match(examples([0, 1, 2], [5, 5, 6]), examples([0, 1, 2, 3], [6, 5, 5, 5]))
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 0)]
    assert (found.only_first, found.only_second) == (0, 1)


def test_keys_of_64_bits_do_not_run_together():
    found = match(examples([0, 1], [2**64 - 1, 2**64 - 2]), examples([0], [2**64 - 2]))
    assert found.first.tolist() == [1]


@given(binary)
def test_mcnemar_is_that_of_statsmodels(pairs):
    first, second = np.array(pairs, float).T
    found = compare(first, second)
    table = [[((first == i) & (second == j)).sum() for j in (1, 0)] for i in (1, 0)]
    assert (found.only_first, found.only_second) == (table[0][1], table[1][0])
    assert found.test == "mcnemar"
    assert found.p == pytest.approx(min(mcnemar(table, exact=True).pvalue, 1.0))
    assert found.difference == pytest.approx(second.mean() - first.mean())


def test_other_metrics_have_a_paired_t_test():
    rng = np.random.default_rng(1)
    first = rng.normal(size=50)
    second = first + rng.normal(0.1, 0.3, 50)
    found = compare(first, second)
    assert (found.test, found.n) == ("t", 50)
    assert found.p == pytest.approx(stats.ttest_rel(second, first).pvalue)
    assert found.standard_error == pytest.approx((second - first).std(ddof=1) / np.sqrt(50))


def test_an_example_without_a_value_is_left_out():
    found = compare(np.array([0.5, np.nan, 1.0, 2.0]), np.array([1.0, 1.0, np.nan, 2.0]))
    assert (found.n, found.difference) == (2, 0.25)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        ([], [], np.nan),
        ([1], [1], 1.0),
        ([0.5], [0.7], np.nan),
        ([0.5, 0.6], [0.5, 0.6], 1.0),
        ([0.5, 0.5], [1, 1], 0.0),
    ],
)
def test_dumb_cases(first, second, p):
    assert compare(np.array(first, float), np.array(second, float)).p == pytest.approx(p, nan_ok=True)


def test_arrays_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="no pairs"):
        compare(np.zeros(3), np.zeros(4))
