"""The rule of what is a jump: worked examples, and how often it errs on curves with a known answer."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.studies.networks.equivalence import JUMP, NO_JUMP, UNDECIDED, UNDEFINED, judge, judge_all


def test_even_steps_do_not_jump():
    jump = judge(np.array([[0, 1, 2, 3, 4], [0, 2, 4, 6, 8]]))
    assert (jump.verdict, jump.share, jump.upper, jump.lower) == (NO_JUMP, 0.25, 0.25, 0.25)


def test_one_step_is_a_jump_where_it_is():
    jump = judge(np.array([[0, 0, 0, 1.0, 1.0]] * 3))
    assert (jump.verdict, jump.step, jump.share) == (JUMP, 2, 1.0)


def test_seeds_that_differ_leave_it_undecided():
    assert judge(np.array([[0, 0.4, 1.0], [0, 0.6, 1.0]])).verdict == UNDECIDED


def test_a_constant_curve_has_no_shares():
    jump = judge(np.array([[0, 0, 0], [0, 1, 2.0]]))
    assert jump.verdict == UNDEFINED
    assert math.isnan(jump.share)


def test_a_worked_interval():
    # Shares of the first step 0.2 and 0.4: mean 0.3, standard error 0.1, t(0.95, 1) = 6.3138.
    jump = judge(np.array([[0, 0.2, 0.6, 1.0], [0, 0.4, 0.7, 1.0]]))
    assert jump.upper == pytest.approx(0.3 + 6.313752 * 0.1, rel=1e-6)


def test_a_fall_is_no_jump():
    assert judge(np.array([[0.0, 10, 1], [0, 10, 1.5], [0, 10, 0.5]])).step == 0
    assert judge(np.array([[2.0, 1, 0]] * 3)).verdict == NO_JUMP


@pytest.mark.parametrize(("wrong", "share"), [(NO_JUMP, 0.5), (JUMP, 0.5)])
def test_a_step_at_the_bound_is_rarely_called_either_way(wrong, share):
    # Mean share exactly at the bound, five seeds, normal noise: each wrong verdict has a probability of at most 5 %.
    # 2,000 families give a standard error of 0.5 %, so 6.5 % is three of them.
    rng = np.random.default_rng(7)
    first = rng.normal(share, 0.05, (2_000, 5, 1))
    curves = np.concatenate([np.zeros_like(first), first, (1 + first) / 2, np.ones_like(first)], axis=2)
    verdicts = [judge(family).verdict for family in curves]
    assert verdicts.count(wrong) / 2_000 < 0.065


def test_tables_turn_lower_is_better_over():
    rows = [("x", "error", "sampled", 9, size, seed, 10.0 - size) for size in (1, 2, 3, 5) for seed in (0, 1)]
    columns = ["experiment", "metric", "estimator", "test_size", "size", "seed", "score"]
    [row] = judge_all(pd.DataFrame(rows, columns=columns), {("x", "error"): False}).to_dict("records")
    # Rises by 1, 1 and 2 of 4.
    assert (row["from_size"], row["to_size"], row["largest_share"], row["verdict"]) == (3, 5, 0.5, UNDECIDED)
    [turned] = judge_all(pd.DataFrame(rows, columns=columns), {("x", "error"): True}).to_dict("records")
    assert (turned["verdict"], turned["largest_share"]) == (NO_JUMP, -0.25)
