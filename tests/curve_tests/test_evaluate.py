"""What is said of a chunk: every curve by itself, odd ones too, and columns that mean what they say."""

import numpy as np
import pytest
import statsmodels.api as sm

from pipeline.curve_tests import normal
from pipeline.curve_tests.evaluate import curve_of, design_of, evaluate, excluded, is_below_chance, status
from pipeline.curve_tests.fitting import fit_smooth
from pipeline.curve_tests.jumps import SIZES
from pipeline.curve_tests.likelihood import probability
from pipeline.curve_tests.ratios import TESTS
from pipeline.curve_tests.table import P_VALUES
from tests.made import chunk_of, log_scales, smooth_counts

RISING = [10, 13, 17, 22, 26, 33, 38, 45]
ODD = {
    "all wrong": ([0, 0, 0, 0, 0, 0], 9),
    "all right": ([9, 9, 9, 9, 9, 9], 9),
    "a clean step": ([0, 0, 0, 9, 9, 9], 9),
    "a step at the end": ([0, 0, 0, 0, 0, 0, 0, 30], 30),
    "a blip": ([0, 0, 3, 0, 0, 0], 3),
    "three examples": ([0, 0, 1, 0, 2, 3], 3),
    "four scales": ([0, 1, 2, 9], 9),
    "one example": ([0, 1, 0, 1], 1),
    "falling": ([90, 70, 40, 20, 5, 0], 100),
    "below chance": ([1, 2, 0, 1, 2, 1], 100),
}


def evaluated(counts, n, most=40, **how):
    """The row of one curve."""
    return evaluate(chunk_of(counts, n, **how), most)[0]


def taken(chunk, rows):
    return type(chunk)(*(values[rows] if isinstance(values, np.ndarray) else values for values in chunk))


def others_of(scores, error=np.nan):
    """A chunk of scores that are no counts."""
    chunk = chunk_of(scores, 1)
    return chunk._replace(n=np.full(len(chunk.n), np.nan), error=np.full(chunk.scores.shape, error), is_counts=False)


def status_of(counts, n, chance=0.0):
    curve, line = curve_of(chunk_of(counts, n, chance=chance), 0), design_of(log_scales(len(counts)))[0][:, :2].copy()
    smooth, beta = fit_smooth(curve, line, np.empty((0, 2)))
    return status(curve, np.array([probability(eta, chance, 0, 1.0) for eta in line @ beta]), smooth)


@pytest.mark.parametrize("chance", [0.0, 0.25])
@pytest.mark.parametrize("name", ODD)
def test_every_number_is_one(name, chance):
    counts, n = ODD[name]
    found = evaluated(counts, n, chance=chance)
    if found["status"] == "below_chance":
        return
    p = [found[f"{test}_p"] for test in P_VALUES]
    assert all(np.isnan(value) or 0 <= value <= 1 for value in p)
    assert all(np.isfinite(found[f"{test}_statistic"]) for test in TESTS)
    assert np.isfinite([found["intercept"], found["alpha"]]).all()
    assert all(0 < value < 1 for value in found["fitted"])
    for held_out in (1, 2):
        low, middle, high = (found[f"without_{held_out}_{name}"] for name in ("low", "predicted", "high"))
        assert 0 <= low <= middle <= high <= 1
    assert {found[excluded(size)] for size in SIZES} <= {True, False}


def test_a_curve_below_chance_is_not_tested():
    assert evaluated([25, 24, 26, 2], 100, chance=0.25, rho=0.1) == {"status": "below_chance", "rho": 0.1}


@pytest.mark.parametrize(("count", "is_below"), [(15, True), (16, False)])
def test_below_chance_is_a_count_too_low_for_four_scales(count, is_below):
    # P(15 or fewer of 100 at 1/4) is 1.1 %, of 16 or fewer 2.1 %; 5 % over four scales is 1.25 %.
    assert is_below_chance(chunk_of([25, 24, 26, count], 100, chance=0.25)).tolist() == [is_below]


def test_nothing_is_below_a_chance_of_zero():
    assert not is_below_chance(chunk_of([0, 0, 0, 0], 100)).any()


@pytest.mark.parametrize("counts", [[0, 0, 0, 9], [0, 0, 9, 9], [0, 0, 4, 9], [9, 9, 0, 0], [0, 0, 0, 2]])
def test_a_step_is_separated(counts):
    assert status_of(counts, 9) == "separated"


def test_one_right_answer_out_of_order_is_no_step():
    assert status_of([0, 1, 0, 9], 9) == "fitted"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([25, 24, 26, 25], "at_chance"),
        ([25, 30, 45, 60], "fitted"),
        ([25, 25, 25, 25, 25, 80], "separated"),
    ],
)
def test_status_of_a_choice_of_four(counts, expected):
    assert status_of(counts, 100, 0.25) == expected


def test_a_flat_curve_of_free_answers_is_fitted():
    found = evaluated([50, 51, 49, 50, 50], 100)
    assert found["status"] == "fitted"
    assert found["alpha"] == pytest.approx(0, abs=0.02)


def test_alpha_and_its_error_are_those_of_a_regression_on_log_n():
    counts, found = np.array(RISING), evaluated(RISING, 100)
    x = log_scales(8) - log_scales(8).mean()
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    theirs = sm.GLM(np.stack([100 - counts, counts], axis=1), sm.add_constant(x), family=family).fit(tol=1e-12)
    assert (found["intercept"], found["alpha"]) == pytest.approx(tuple(theirs.params), abs=1e-5)
    assert found["alpha_se"] == pytest.approx(theirs.bse[1], rel=1e-3)
    assert found["fitted"] == pytest.approx(1 - theirs.fittedvalues, abs=1e-5)


def test_where_a_steeper_line_fits_as_well_alpha_has_no_error():
    found = evaluated([0, 0, 0, 0, 0, 9, 9, 9], 9)
    assert found["alpha_se"] > 100 * abs(found["alpha"])


def test_correlated_examples_tell_less():
    alone, together = (evaluated(RISING, 100, rho=rho) for rho in (0.0, 0.05))
    assert together["alpha_se"] > 1.5 * alone["alpha_se"]
    assert together["without_1_high"] - together["without_1_low"] > alone["without_1_high"] - alone["without_1_low"]


def test_a_jump_has_a_place_counted_from_one_and_a_height():
    found = evaluated([200, 205, 210, 215, 220, 620, 625, 630, 635, 640], 1000, 200)
    assert found["broken_at"] == 6
    assert found["broken_by"] == pytest.approx(0.4, abs=0.02)
    assert found["broken_p"] < 0.01
    assert not found[excluded(0.3)]


@pytest.mark.parametrize("n", [30, 100])
def test_a_smooth_fit_swallows_a_step_at_the_end(n):
    found = evaluated([0, 0, 0, 0, 0, 0, 0, n], n, 100)
    for test in TESTS:
        assert not found[f"{test}_p"] < 0.05, test
    assert found["without_1_upper_p"] < 1e-4


def test_without_draws_curves_are_only_forecast():
    some, whole = evaluated(RISING, 100, 0), evaluated(RISING, 100)
    assert {name: whole[name] for name in some} == some
    assert set(some) == {name for name in whole if name.startswith("without_1")} | {"rho"}


@pytest.mark.parametrize("rows", [[3], [5, 0], [5, 4, 3, 2, 1, 0]])
@pytest.mark.parametrize("is_counts", [True, False])
def test_a_row_depends_on_nothing_but_its_curve(rows, is_counts):
    chunk = chunk_of(smooth_counts(6, 20), 20, rho=0.02)
    chunk = chunk if is_counts else others_of(chunk.scores)
    whole = evaluate(chunk, 40)
    assert str(evaluate(taken(chunk, rows), 40)) == str([whole[row] for row in rows])


def test_another_seed_has_other_draws():
    one, other = (evaluated([10, 19, 12, 29, 20, 31, 43, 41], 100, 100, seed=seed) for seed in (1, 2))
    assert one["goodness_p"] != other["goodness_p"]
    assert one["goodness_statistic"] == other["goodness_statistic"]


@pytest.mark.parametrize(("error", "is_exploratory"), [(np.nan, True), (0.0, True), (0.3, False)])
def test_scores_without_standard_errors_are_explored(error, is_exploratory):
    (found,) = evaluate(others_of([1.0, 1.3, 1.1, 2.4, 3.9, 3.2, 5.9], error))
    assert found["is_exploratory"] == is_exploratory
    assert ("goodness_p" in found) != is_exploratory


def test_other_scores_are_tested_and_forecast_with_their_errors():
    y, error = np.array([1.0, 1.3, 1.1, 2.4, 3.9, 3.2, 5.9]), np.full(7, 0.3)
    (found,) = evaluate(others_of(y, 0.3))
    x = np.arange(7.0) - 3
    assert found["curved_p"] == normal.test_normal(y, x, error).p["curved"]
    assert found["without_2_predicted"] == pytest.approx(normal.forecast_normal(y, x, error, 2).predicted)


def test_the_names_of_excluded_jumps():
    assert [excluded(size) for size in SIZES] == ["jump_excluded_10", "jump_excluded_20", "jump_excluded_30"]
