"""Sums as tokens: the order of writing, and that nothing held out is trained on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.studies.networks import sums


def test_a_worked_sum():
    tokens = sums.encode(np.array([1234 * 10_000 + 8766]))
    assert tokens.tolist() == [[4, 3, 2, 1, 10, 6, 6, 7, 8, 11, 0, 0, 0, 0, 1]]
    assert sums.as_text(tokens) == ["4321+6678=00001"]


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_what_is_written_is_the_sum(first, second):
    [text] = sums.as_text(sums.encode(np.array([first * 10_000 + second])))
    left, answer = text.split("=")
    a, b = left.split("+")
    assert (int(a[::-1]), int(b[::-1]), int(answer[::-1])) == (first, second, first + second)


def test_held_out_sums_differ_from_each_other():
    codes = sums.held_out(np.random.default_rng(0), 5_000)
    assert len(np.unique(codes)) == 5_000
    assert 0 <= codes.min() <= codes.max() < 10**8


def test_no_held_out_sum_is_trained_on(monkeypatch):
    monkeypatch.setattr(sums, "DIGITS", 3)  # a million pairs in the place of a hundred million
    # Two thirds of all pairs are banned, so that a draw must be repeated many times over.
    banned = np.flatnonzero(np.arange(10**6) % 3 != 0)
    drawn = sums.draw(np.random.default_rng(0), 20_000, banned)
    assert drawn.shape == (20_000,)
    assert (drawn < 10**6).all()
    assert (drawn % 3 == 0).all()


def test_short_numbers_are_drawn_as_often_as_long_ones():
    codes = sums.draw(np.random.default_rng(0), 40_000, np.array([0]))
    for numbers in np.divmod(codes, 10_000):
        # Of d = 1 to 4, each a quarter of the draws, numbers below 10 get 1, 1/10, 1/100 and 1/1000: 0.27775 in all.
        # Four standard errors are 0.009.
        assert abs((numbers < 10).mean() - 0.27775) < 0.009
        assert abs((numbers >= 1000).mean() - 0.9 / 4) < 0.009
