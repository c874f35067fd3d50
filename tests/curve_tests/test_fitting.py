"""Maximum likelihood for one curve, against scipy's optimiser, statsmodels and known truths."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from pipeline.curve_tests.fitting import (
    EXPECTED,
    OBSERVED,
    Curve,
    best_place,
    derivatives,
    eta_of,
    fit,
    fit_smooth,
    fit_step,
    fit_with_jump,
    linear,
    predictor,
    solve,
    step_columns,
    total,
)
from pipeline.curve_tests.likelihood import LOGISTIC, MIXTURE, POWER_LAW, largest_log_likelihoods, probability

NONE = np.empty((0, 2))
RISING = [3, 4, 9, 12, 20, 26, 41, 47]
# Name: counts, n, chance, rho, shape, ceiling.
CASES = {
    "free answers": (RISING, 60, 0.0, 0.0, POWER_LAW, 1.0),
    "correlated": (RISING, 60, 0.0, 0.1, POWER_LAW, 1.0),
    "a choice of four": ([14, 17, 15, 18, 22, 30, 44, 55], 60, 0.25, 0.0, POWER_LAW, 1.0),
    "at chance": ([27, 33, 30, 28, 31, 32, 29, 30], 60, 0.5, 0.02, POWER_LAW, 1.0),
    "below chance": ([3, 1, 2, 5, 2, 4, 3, 2], 60, 0.25, 0.0, POWER_LAW, 1.0),
    "falling": ([58, 51, 40, 31, 22, 12, 8, 3], 60, 0.0, 0.02, POWER_LAW, 1.0),
    "late": ([0, 0, 0, 0, 0, 0, 5, 40], 60, 0.0, 0.0, POWER_LAW, 1.0),
    "a late choice": ([15, 14, 16, 15, 13, 16, 15, 52], 60, 0.25, 0.02, POWER_LAW, 1.0),
    "four scales": ([0, 1, 1, 3], 3, 0.0, 0.0, POWER_LAW, 1.0),
    "many examples": ([210, 260, 330, 420, 480, 590, 700, 790], 1000, 0.2, 0.01, POWER_LAW, 1.0),
    "logistic": (RISING, 60, 0.0, 0.0, LOGISTIC, 1.0),
    "mixture": (RISING, 60, 0.0, 0.05, MIXTURE, 1.0),
    "ceiling": ([3, 4, 9, 12, 20, 26, 33, 35], 60, 0.0, 0.0, POWER_LAW, 0.6),
}


def curve_of(counts, n, chance=0.0, rho=0.0, *shape):
    kind, ceiling = shape or (POWER_LAW, 1.0)
    return Curve(np.array(counts, np.int64), n, rho / (1 - rho), chance, kind, ceiling)


def design_of(scales, powers=1):
    """Columns 1, x and so on, x from -1 to 1."""
    x = np.linspace(-1, 1, scales)
    return np.stack([x**power for power in range(powers + 1)], axis=1)


def best_by_scipy(curve, design, prior=NONE):
    """The highest likelihood that a general optimiser finds from several starts."""

    def loss(beta):
        return -total(curve, design, np.ascontiguousarray(beta), prior)

    starts = [(a, b) for a in (-1.0, 0.5, 1.5) for b in (-3.0, -0.5, 0.5)]
    precise = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
    return -min(optimize.minimize(loss, start, method="Nelder-Mead", options=precise).fun for start in starts)


@pytest.mark.parametrize("rho", [0.0, 0.1])
def test_total_is_the_sum_of_log_probabilities_up_to_a_constant(rho):
    curve, design = curve_of(RISING, 60, 0.25, rho), design_of(8)

    def by_scipy(beta):
        p = 0.25 + 0.75 * np.exp(-np.exp(design @ beta))
        step = curve.step
        known = stats.binom(60, p) if rho == 0 else stats.betabinom(60, p / step, (1 - p) / step)
        return known.logpmf(curve.counts).sum()

    one, other = np.array([0.4, -0.3]), np.array([0.9, -1.2])
    found = [total(curve, design, beta, NONE) for beta in (one, other)]
    assert found[0] - found[1] == pytest.approx(by_scipy(one) - by_scipy(other), rel=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_no_optimiser_finds_a_better_fit(name):
    curve = curve_of(*CASES[name])
    design = design_of(len(curve.counts))
    found, beta = fit_smooth(curve, design, NONE)
    assert found == pytest.approx(total(curve, design, beta, NONE), abs=1e-12)
    assert found >= best_by_scipy(curve, design) - 1e-6


def test_of_two_maxima_the_higher_is_found():
    # Above chance at both ends: either can be fitted, not both.
    curve, design = curve_of([60, 13, 15, 17, 11, 13, 13, 55], 60, 0.25), design_of(8)
    assert fit_smooth(curve, design, NONE)[0] == pytest.approx(best_by_scipy(curve, design), abs=1e-3)


@pytest.mark.parametrize("name", ["free answers", "below chance", "late", "four scales"])
def test_no_optimiser_finds_a_better_fit_with_a_prior(name):
    curve, prior = curve_of(*CASES[name]), np.array([[0.5, 3.0], [0.0, 2.0]])
    design = design_of(len(curve.counts))
    assert fit_smooth(curve, design, prior)[0] >= best_by_scipy(curve, design, prior) - 1e-6


def test_a_narrow_prior_decides():
    prior = np.array([[0.3, 1e-4], [-0.7, 1e-4]])
    beta = fit_smooth(curve_of(RISING, 60), design_of(8), prior)[1]
    assert beta == pytest.approx([0.3, -0.7], abs=1e-3)


@pytest.mark.parametrize("name", ["free answers", "falling", "four scales"])
def test_wrong_answers_are_a_complementary_log_log_regression(name):
    counts, n = np.array(CASES[name][0]), CASES[name][1]
    design = design_of(len(counts))
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    expected = sm.GLM(np.stack([n - counts, counts], axis=1), design, family=family).fit(tol=1e-12).params
    assert fit_smooth(curve_of(counts, n), design, NONE)[1] == pytest.approx(expected, abs=1e-4)


def test_the_truth_is_found_in_many_examples():
    design = design_of(10)
    p = 0.25 + 0.75 * np.exp(-np.exp(design @ np.array([0.4, -0.9])))
    curve = curve_of(np.round(1e6 * p), 1_000_000, 0.25)
    assert fit_smooth(curve, design, NONE)[1] == pytest.approx([0.4, -0.9], abs=1e-4)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("start", [(0.0, 0.0), (2.0, 1.0), (-3.0, -6.0)])
def test_the_likelihood_never_falls(name, start):
    curve, beta = curve_of(*CASES[name]), np.array(start)
    design = design_of(len(curve.counts))
    before = total(curve, design, beta, NONE)
    for _ in range(3):
        found = fit(curve, design, beta, NONE)
        assert found == total(curve, design, beta, NONE)
        assert found >= before
        before = found


def test_a_parameter_more_fits_no_worse():
    curve, beta = curve_of(*CASES["free answers"]), np.zeros(3)
    smooth, beta[:2] = fit_smooth(curve, design_of(8), NONE)
    assert fit(curve, design_of(8, 2), beta, NONE) > smooth


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_the_total(name):
    curve, beta, little = curve_of(*CASES[name]), np.array([0.5, -0.6, 0.2]), 1e-4
    design, prior = design_of(len(curve.counts), 2), np.array([[0.3, 0.7], [0.0, 2.0], [0.1, 1.0]])
    score, information = np.empty(3), np.empty((2, 3, 3))

    def slopes_at(beta):
        found = derivatives(curve, linear(design, beta), design, beta, prior, score, information)
        assert found == pytest.approx(total(curve, design, beta, prior))
        return score.copy()

    steps = little * np.eye(3)
    numeric = [total(curve, design, beta + step, prior) - total(curve, design, beta - step, prior) for step in steps]
    assert slopes_at(beta) == pytest.approx(np.array(numeric) / (2 * little), rel=1e-5, abs=1e-5)
    observed = np.array([slopes_at(beta - step) - slopes_at(beta + step) for step in steps]) / (2 * little)
    slopes_at(beta)
    assert np.tril(information[OBSERVED]) == pytest.approx(np.tril(observed), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("rho", [0.0, 0.05])
def test_the_expected_information_is_the_mean_of_the_observed(rho):
    # Of counts of the model itself, with n large, as it is that of mean and variance.
    design, beta = design_of(4), np.array([0.2, -0.5])
    p = 0.25 + 0.75 * np.exp(-np.exp(design @ beta))
    known = stats.binom(400, p) if rho == 0 else stats.betabinom(400, p / (rho / (1 - rho)), (1 - p) * (1 - rho) / rho)
    score, information, found = np.empty(2), np.empty((2, 2, 2)), np.zeros((2, 2, 2))
    for counts in known.rvs((3000, 4), random_state=1):
        curve = curve_of(counts, 400, 0.25, rho)
        derivatives(curve, linear(design, beta), design, beta, NONE, score, information)
        found += information / 3000
    assert np.tril(found[EXPECTED]) == pytest.approx(np.tril(found[OBSERVED]), rel=0.05)


def test_a_fit_does_not_run_into_another_maximum():
    # Newton's method from the flat line would, and from the best places of the grid too.
    counts = [91, 95, 102, 94, 100, 98, 86, 82, 89, 82, 90, 120]
    x = np.log([2.1, 16.8, 56.6, 134, 262, 453, 1074, 2097, 3624, 8590, 28991, 137440])
    x -= x.mean()
    curve, design = curve_of(counts, 341, 0.25), np.stack([x**0, x / np.abs(x).max()], axis=1)
    assert fit_smooth(curve, design, NONE)[0] >= best_by_scipy(curve, design) - 1e-3


def test_where_most_scales_are_at_chance_a_fit_takes_few_steps():
    # Steps were limited at scales where they change nothing: the maximum was left 240 units of eta away.
    counts = [297, 325, 298, 272, 284, 326, 304, 359, 280, 297, 301, 331, 254, 283, 343, 232, 327, 285, 329, 214, 283]
    curve, design = curve_of([*counts, 246, 313, 278, 322, 420], 1172, 0.25, 0.01), design_of(26, 2)
    smooth, start = fit_smooth(curve, np.ascontiguousarray(design[:, :2]), NONE)
    beta = np.append(start, 0.0)
    found = fit(curve, design, beta, NONE)
    assert fit(curve, design, beta.copy(), NONE) == pytest.approx(found, abs=1e-6)
    assert found >= smooth


def height_of(curve, design, beta, place, jump):
    """The step in p before one scale of a model with a jump, from its eta."""
    eta, slopes = np.empty(len(design)), design.copy()
    assert predictor(curve, design, beta, place, jump, eta, slopes)
    before = probability(design[place] @ beta, curve.chance, curve.kind, curve.ceiling)
    return probability(eta[place], curve.chance, curve.kind, curve.ceiling) - before


@pytest.mark.parametrize("kind", [POWER_LAW, LOGISTIC, MIXTURE])
@pytest.mark.parametrize("place", [1, 5, 7])
def test_a_jump_is_as_large_as_it_is_to_be(kind, place):
    curve = curve_of(RISING, 60, 0.2, 0.0, kind, 0.95)
    assert height_of(curve, design_of(8), np.array([0.4, -0.5]), place, 0.3) == pytest.approx(0.3, abs=1e-7)


@pytest.mark.parametrize("kind", [POWER_LAW, LOGISTIC, MIXTURE])
def test_slopes_with_a_jump_are_those_of_eta(kind):
    curve, design, beta = curve_of(RISING, 60, 0.2, 0.0, kind, 0.95), design_of(8, 2), np.array([0.4, -0.5, 0.1])
    slopes, above, below, unused = np.empty((8, 3)), np.empty(8), np.empty(8), np.empty((8, 3))
    predictor(curve, design, beta, 3, 0.25, above, slopes)
    for j in range(3):
        little = 1e-5 * (np.arange(3) == j)
        predictor(curve, design, beta + little, 3, 0.25, above, unused)
        predictor(curve, design, beta - little, 3, 0.25, below, unused)
        assert slopes[:, j] == pytest.approx((above - below) / 2e-5, abs=1e-5)


def test_a_jump_over_the_ceiling_has_no_fit():
    curve = curve_of(RISING, 60, 0.0, 0.0, POWER_LAW, 0.9)
    # p is 0.5 before the jump.
    beta = np.array([np.log(np.log(1.8)), 0.0])
    assert fit_with_jump(curve, design_of(8), beta.copy(), NONE, 4, 0.41) == -np.inf
    assert np.isfinite(fit_with_jump(curve, design_of(8), beta.copy(), NONE, 4, 0.39))


def test_the_truth_is_found_beside_a_jump():
    design, truth = design_of(10, 2), np.array([0.6, -0.3, 0.1])
    eta, slopes = np.empty(10), np.empty((10, 3))
    predictor(curve_of([0] * 10, 9), design, truth, 6, 0.3, eta, slopes)
    beta = np.zeros(3)
    fit_with_jump(curve_of(np.round(1e6 * np.exp(-np.exp(eta))), 1_000_000), design, beta, NONE, 6, 0.3)
    assert beta == pytest.approx(truth, abs=1e-3)


@pytest.mark.parametrize("name", ["free answers", "correlated", "many examples", "logistic", "mixture", "ceiling"])
@pytest.mark.parametrize("jump", [0.05, 0.2])
def test_no_optimiser_finds_a_better_fit_with_a_jump(name, jump):
    curve = curve_of(*CASES[name])
    design, place = design_of(len(curve.counts)), 5

    def loss(beta):
        eta, slopes = np.empty(len(design)), design.copy()
        if not predictor(curve, design, beta, place, jump, eta, slopes):
            return np.inf
        return -total(curve, np.stack([eta, 0 * eta], axis=1), np.array([1.0, 0.0]), NONE)

    beta = np.array([0.3, -0.5])
    found = fit_with_jump(curve, design, beta, NONE, place, jump)
    assert found == pytest.approx(-loss(beta), abs=1e-9)
    precise = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
    best = min(
        optimize.minimize(loss, start, method="Nelder-Mead", options=precise).fun for start in (beta, [0.8, 0.0])
    )
    assert found >= -best - 1e-6


@pytest.mark.parametrize("kind", [POWER_LAW, LOGISTIC, MIXTURE])
def test_eta_of_turns_probability_round(kind):
    assert probability(eta_of(0.43, 0.2, kind, 0.9), 0.2, kind, 0.9) == pytest.approx(0.43, abs=1e-9)


@pytest.mark.parametrize("place", [1, 2, 5, 7, 9])
def test_a_planted_step_is_found(place):
    design = design_of(10)
    p = np.exp(-np.exp(design @ np.array([0.8, -0.3]) - 0.8 * (np.arange(10) >= place)))
    curve = curve_of(np.round(500 * p), 500)
    smooth, beta = fit_smooth(curve, design, NONE)
    assert best_place(curve, design, beta) == place
    found, at, wider = fit_step(curve, design, beta, smooth)
    assert at == place
    assert wider == pytest.approx([0.8, -0.3, -0.8], abs=0.02)
    assert found > smooth + 10


@pytest.mark.parametrize(
    ("counts", "place"),
    [
        ([1, 7, 14, 13, 10, 16, 18, 17, 25, 20], 1),
        ([6, 3, 15, 9, 12, 18, 17, 16, 17, 27], 2),
        ([4, 10, 5, 5, 12, 7, 18, 30, 26, 20], 6),
    ],
)
def test_the_place_of_the_largest_score_is_that_of_the_best_fit(counts, place):
    # Each is another place without what the smooth model takes of a step.
    curve, design = curve_of(counts, 60), design_of(10)
    smooth, beta = fit_smooth(curve, design, NONE)
    heights = {}
    for other in range(1, 10):
        wider = np.append(beta, 0.0)
        found = fit(curve, step_columns(design, other), wider, NONE)
        heights[other] = found if wider[-1] < 0 else smooth
    assert best_place(curve, design, beta) == max(heights, key=heights.get) == place


def test_no_step_downward_is_taken():
    # Above a constant, every step of a falling curve points downward.
    curve, design = curve_of([50, 48, 41, 20, 12, 9], 60), design_of(6, 0)
    beta = np.zeros(1)
    smooth = fit(curve, design, beta, NONE)
    assert best_place(curve, design, beta) == 0
    found, place, wider = fit_step(curve, design, beta, smooth)
    assert (found, place) == (smooth, 0)
    assert wider.tolist() == [beta[0], 0.0]


def test_a_column_of_a_step_is_one_from_its_place_on():
    assert step_columns(design_of(5), 3)[:, 2].tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_solve_is_numpy_s(size):
    rng = np.random.default_rng(size)
    root, right, found = rng.normal(size=(size, size + 2)), rng.normal(size=size), np.empty(size)
    matrix = root @ root.T
    expected = np.linalg.solve(matrix, right)
    assert solve(matrix.copy(), right, found)
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("matrix", [[[-1.0, 0.0], [0.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]])
def test_solve_refuses_what_is_not_positive_definite(matrix):
    assert not solve(np.array(matrix), np.ones(2), np.empty(2))


@st.composite
def odd_counts(draw):
    """All wrong, all right, a clean step, a blip, or anything, of four scales and more."""
    n, scales = draw(st.sampled_from([1, 2, 3, 30, 1000])), draw(st.integers(4, 12))
    place = draw(st.integers(0, scales - 1))
    after = np.arange(scales) >= place
    counts = draw(
        st.sampled_from([n * after, n * ~after, n * (np.arange(scales) == place), n - after])
        | st.lists(st.integers(0, n), min_size=scales, max_size=scales)
    )
    return counts, n


@given(odd_counts(), st.sampled_from([0.0, 0.25, 0.5]), st.sampled_from([POWER_LAW, LOGISTIC, MIXTURE]))
def test_odd_curves_have_finite_fits_below_the_saturated(odd, chance, kind):
    curve = curve_of(*odd, chance, 0.0, kind, 1.0)
    design = design_of(len(curve.counts), 2)
    smooth, beta = fit_smooth(curve, np.ascontiguousarray(design[:, :2]), NONE)
    bent = np.append(beta, 0.0)
    curved = fit(curve, design, bent, NONE)
    stepped, _, wider = fit_step(curve, design, bent, curved)
    assert np.isfinite(wider).all()
    saturated = largest_log_likelihoods(curve.n, 0.0)[curve.counts].sum()
    assert smooth <= curved <= stepped <= saturated + 1e-6


@given(odd_counts(), st.sampled_from([0.0, 0.25]), st.sampled_from([0.01, 0.3, 0.9]))
def test_odd_curves_have_finite_fits_with_correlation(odd, chance, rho):
    curve = curve_of(*odd, chance, rho)
    design = design_of(len(curve.counts))
    smooth, beta = fit_smooth(curve, design, NONE)
    found, _, wider = fit_step(curve, design, beta, smooth)
    assert np.isfinite(wider).all()
    assert np.isfinite(smooth)
    assert found >= smooth
