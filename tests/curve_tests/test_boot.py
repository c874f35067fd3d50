"""The tests of a chunk: their statistics by hand, their level, and what they must not depend on."""

import numpy as np
import pytest
import statsmodels.api as sm

from pipeline.core.emergence import emergence_score
from pipeline.curve_tests.boot import TESTS, Tally, boot_chunk
from pipeline.curve_tests.evaluate import Chunk, evaluate
from pipeline.curve_tests.fit import fit_power_law
from pipeline.curve_tests.model import probability, rise, variance
from pipeline.curve_tests.score_statistics import break_t, direction_t, null_model
from tests import oracle
from tests.made import curves, design_of, smooth_curves

SEED = np.random.SeedSequence(7)


def boot(some, reps=(1000,), rho=0.0, edge=-0.25):
    return boot_chunk(some.counts, some.n[:, 0], design_of(some, rho, edge), reps, SEED)


def test_emergence_scores_are_those_of_scores():
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 6, (200, 8))
    expected = [0.0 if np.ptp(row) == 0 else oracle.emergence_score(row / 5) for row in counts]
    assert boot(curves(counts, 5), (1,))["emergence_statistic"] == pytest.approx(expected)


def test_a_flat_curve_has_score_zero_and_a_step_an_infinite_one():
    assert emergence_score(np.array([3.0, 3, 3, 3])) == 0
    assert emergence_score(np.array([0.0, 0, 0, 0, 3])) == np.inf
    assert emergence_score(np.array([3.0, 0, 0, 0, 0])) == -np.inf


def test_the_score_statistic_is_the_t_of_an_added_variable():
    some = smooth_curves(1, 200, seed=5)
    eta = fit_power_law(some).eta
    found = direction_t(null_model(some, eta, 1), some.counts[:, :, None], some.x**2)[0, 0]
    p = probability(eta[0], some.chance[0])
    spread = np.sqrt(variance(p, some.n[0]))
    root = some.n[0] * rise(eta[0], some.chance[0]) / spread
    columns = root[:, None] * np.stack([np.ones(10), some.x[0], some.x[0] ** 2], axis=1)
    regression = sm.OLS((some.counts[0] - some.n[0] * p) / spread, columns).fit()
    dispersion = max(1.0, regression.scale)
    expected = regression.params[2] / np.sqrt(dispersion * regression.normalized_cov_params[2, 2])
    assert found == pytest.approx(expected, rel=1e-4)


def test_the_break_is_found_where_it_is():
    counts = np.array([20, 22, 24, 26, 28, 70, 72, 74, 76, 78])
    some = curves(counts, 100)
    t, place = break_t(null_model(some, fit_power_law(some).eta, 2), some.counts[:, :, None])
    assert place == 5
    assert t > 4


def test_mid_p_counts_the_observed_among_the_draws_and_ties_by_half():
    tally = Tally(np.zeros(1), greater=np.array([3.0]), equal=np.array([4.0]), used=np.array([99.0]))
    assert tally.p == pytest.approx((3 + 2.5) / 100)


@pytest.mark.parametrize("counts", [[0, 0, 0, 9], [0, 0, 1, 9], [9, 9, 9, 8], [0, 3, 0, 3]])
@pytest.mark.parametrize("chance", [0.0, 0.25])
def test_four_scales_and_few_examples_give_p_values(counts, chance):
    some = curves(counts, 9, chance=chance)
    found = boot(some)
    for test in TESTS:
        assert 0 < found[f"{test}_p"][0] < 1, test
        assert found[f"{test}_replicates"] >= 1000


def test_three_examples_give_p_values():
    found = boot(curves([0, 0, 0, 0, 0, 0, 0, 3], 3))
    assert all(0 < found[f"{test}_p"][0] < 1 for test in TESTS)


def test_an_infinite_score_has_a_p():
    found = boot(curves([0, 0, 0, 0, 0, 1, 1], 3))
    assert np.isinf(found["emergence_statistic"][0])
    assert 0.05 < found["emergence_p"][0] < 0.95


def test_more_draws_only_where_p_is_small():
    clear, dull = curves([2, 3, 5, 6, 9, 80, 86, 90], 100), curves([20, 24, 29, 35, 40, 46, 53, 60], 100)
    assert boot(clear, (500, 4000))["break_replicates"][0] == 4000
    assert boot(dull, (500, 4000))["break_replicates"][0] == 500


@pytest.mark.parametrize(("rho", "chance"), [(0.0, 0.0), (0.05, 0.0), (0.02, 0.25)])
def test_level_in_a_smooth_scenario(rho, chance):
    some = smooth_curves(500, 60, rho=rho, chance=chance, seed=11)
    found = boot(some, (200,), rho=rho)
    for test in ("curvature", "break"):
        rejected = (found[f"{test}_p"] < 0.05).mean()
        assert 0.02 < rejected < 0.085, (test, rejected)  # three standard errors about 5 %
    assert (found["emergence_p"] < 0.05).mean() < 0.085
    assert (found["steep_p"] < 0.05).mean() < 0.05


def test_power_against_a_jump():
    some = smooth_curves(60, 100, seed=3)
    after = np.arange(10) >= 7
    jumped = some._replace(counts=np.minimum(some.counts + 35 * after, 100))
    assert (boot(jumped, (200,))["break_p"] < 0.05).mean() > 0.7


def test_one_seed_one_result():
    some = smooth_curves(12, 20)
    first, second = boot(some, (200,)), boot(some, (200,))
    assert all((first[name] == second[name]).all() for name in first)


def break_p(chunk):
    return evaluate(chunk, (200,))["break_p"]


def test_results_do_not_depend_on_order():
    # That they do not depend on processes either is tested where there are some, in test_stage.py.
    some = smooth_curves(12, 20)
    chunks = [
        Chunk(part.counts, part.n[:, 0], design_of(part), is_gaussian=False, seed=seed)
        for part, seed in zip(
            [some.take(slice(first, first + 4)) for first in range(0, 12, 4)],
            np.random.SeedSequence(1).spawn(3),
            strict=True,
        )
    ]
    forwards = [break_p(chunk) for chunk in chunks]
    backwards = [break_p(chunk) for chunk in reversed(chunks)][::-1]
    assert np.array_equal(forwards, backwards)
