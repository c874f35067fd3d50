"""The forecast of a held-out score, against integration by brute force and curves whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from pipeline.curve_tests.fitting import Curve, fit_smooth
from pipeline.curve_tests.forecast import (
    ALPHA_SD,
    ETA_MEAN,
    ETA_SD,
    LARGEST_EXCESS,
    NODES,
    OWN,
    forecast,
    moderated,
    posterior,
    predictive,
    prior_of,
)

RISING = [3, 4, 9, 12, 20, 26, 41]


def step_of(rho):
    return rho / (1 - rho)


def curve_of(counts, n, chance=0.0, rho=0.0):
    return Curve(np.array(counts, np.int64), n, step_of(rho), chance)


def scales_of(number, apart=1.0):
    """Log N, in no particular origin."""
    return 14.0 + apart * np.arange(number)


def line_of(x):
    """1 and x, centred and in units of its largest; and the unit."""
    unit = x.max() - x.mean()
    return np.stack([np.ones(len(x)), (x - x.mean()) / unit], axis=1), unit


def p_of(eta, chance):
    return chance + (1 - chance) * np.exp(-np.exp(np.clip(eta, -25, 5)))


def distribution(n, p, rho):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return stats.binom(n, p) if rho == 0 else stats.betabinom(n, p / step_of(rho), (1 - p) / step_of(rho))


def by_brute_force(curve, x, at, chance, rho):
    """P(count = y) at log N `at`, on a fine grid over all that the priors allow."""
    eta, alpha = np.meshgrid(np.linspace(-12, 13, 300), np.linspace(-5, 5, 400), indexing="ij")
    logs = stats.norm.logpdf(eta, 0.5, 3) + stats.norm.logpdf(alpha, 0, 1)
    for place, count in zip(x, curve.counts, strict=True):
        logs += distribution(curve.n, p_of(eta + alpha * (place - x.mean()), chance), rho).logpmf(count)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    kept = weights > 1e-9
    p = p_of((eta + alpha * (at - x.mean()))[kept], chance)
    return weights[kept] @ distribution(curve.n, p[:, None], rho).pmf(np.arange(curve.n + 1))


def test_the_prior_is_of_alpha_whatever_the_unit():
    assert prior_of(1.0).tolist() == [[ETA_MEAN, ETA_SD], [0, ALPHA_SD]]
    assert prior_of(4.0)[1].tolist() == [0, 4 * ALPHA_SD]


def test_a_curve_on_its_line_has_a_say_in_its_correlation():
    line, _ = line_of(scales_of(8))
    own = OWN * (1 + 59 * 0.1) / (OWN + 6)
    assert moderated(curve_of([30] * 8, 60, rho=0.1), line) == pytest.approx(step_of((own - 1) / 59), rel=1e-6)
    assert moderated(curve_of([30] * 8, 60, rho=0.0), line) == 0


def test_a_curve_off_its_line_counts_up_to_the_largest_excess():
    line, _ = line_of(scales_of(8))
    own = (OWN + LARGEST_EXCESS * 6) / (OWN + 6)
    found = moderated(curve_of([0, 60, 0, 60, 60, 0, 60, 0], 60), line)
    assert found == pytest.approx(step_of((own - 1) / 59))


def test_one_example_has_no_scatter_of_its_own():
    curve = curve_of([0, 1, 0, 1], 1, rho=0.1)
    assert moderated(curve, line_of(scales_of(4))[0]) == curve.step


@pytest.mark.parametrize("counts", [RISING, [0] * 7, [60] * 7])
def test_weights_add_up_to_one(counts):
    nodes, weights = posterior(curve_of(counts, 60), *line_of(scales_of(7)), NODES)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert np.isfinite(nodes).all()


def test_the_posterior_is_about_the_penalised_estimate():
    line, unit = line_of(scales_of(10))
    curve = curve_of(np.round(1000 * p_of(line @ np.array([0.3, -0.8]), 0.0)), 1000)
    nodes, weights = posterior(curve, line, unit, NODES)
    estimate = fit_smooth(curve, line, prior_of(unit))[1]
    assert weights @ nodes == pytest.approx(estimate, abs=0.01)
    assert estimate == pytest.approx([0.3, -0.8], abs=0.02)


def test_the_grid_reaches_to_where_nothing_is_left():
    line, unit = line_of(scales_of(7))
    nodes, weights = posterior(curve_of(RISING, 60), line, unit, NODES)
    middle = weights @ nodes
    spread = np.sqrt(weights @ (nodes - middle) ** 2)
    outside = (np.abs(nodes - middle) > 4 * spread).any(axis=1)
    assert outside.any()
    assert weights[outside].sum() < 1e-3


@pytest.mark.parametrize(
    ("case", "within"),
    [
        ((RISING, 60, 0.0, 0.0), 1e-3),
        ((RISING, 60, 0.0, 0.1), 1e-3),
        (([14, 17, 15, 18, 22, 30, 44], 60, 0.25, 0.02), 1e-3),
        (([5] * 7, 5, 0.0, 0.0), 1e-3),
        (([0, 0, 1, 2], 3, 0.0, 0.0), 1e-3),
        # A posterior that goes on for long on one side.
        (([2, 1, 0, 1, 3], 10, 0.25, 0.0), 8e-3),
        (([0] * 7, 60, 0.0, 0.0), 8e-3),
    ],
)
@pytest.mark.parametrize("apart", [0.5, 1.5])
def test_the_predictive_is_the_integral_over_the_posterior(case, within, apart):
    counts, _, chance, rho = case
    x = scales_of(len(counts), apart)
    curve, (line, unit) = curve_of(*case), line_of(x)
    at = x[-1] + apart
    found = predictive(curve, *posterior(curve, line, unit, NODES), (at - x.mean()) / unit)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    expected = by_brute_force(curve, x, at, chance, rho)
    assert np.abs(found - expected).max() < within


def test_the_truth_is_foreseen_in_many_examples():
    x = scales_of(10)
    p = p_of(0.6 - 0.2 * (x - x.mean()), 0.0)
    found = forecast(curve_of(np.round(1000 * p), 1000), x, 1)
    assert found.predicted == pytest.approx(p[-1], abs=0.01)
    assert found.low < p[-1] < found.high
    assert 0.3 < found.upper_p < 0.7


@pytest.mark.parametrize("counts", [[*RISING, 50], [*RISING, 0], [*RISING, 60]])
@pytest.mark.parametrize("held_out", [1, 2])
def test_so_high_and_so_low_a_score_add_up_to_one(counts, held_out):
    found = forecast(curve_of(counts, 60), scales_of(8), held_out)
    assert found.upper_p + found.lower_p == pytest.approx(1)


@pytest.mark.parametrize(
    "counts", [[*RISING, 50], [0] * 8, [0, 0, 0, 0, 0, 0, 0, 60], [60] * 8, [3, 60, 3, 60, 0, 0, 9, 9]]
)
@pytest.mark.parametrize("held_out", [1, 2])
def test_the_median_lies_in_the_interval(counts, held_out):
    found = forecast(curve_of(counts, 60), scales_of(8), held_out)
    assert 0 <= found.low <= found.predicted <= found.high <= 1


def test_where_no_score_could_be_a_surprise_there_is_no_p():
    # After nothing but zeros one cannot fall, after nothing but right answers one cannot rise.
    low, high = (forecast(curve_of([count] * 8, 60), scales_of(8), 1) for count in (0, 60))
    assert np.isnan(low.lower_p)
    assert 0 < low.upper_p < 1
    assert np.isnan(high.upper_p)
    assert 0 < high.lower_p < 1


def test_half_right_after_nothing_but_zeros_is_a_surprise():
    assert forecast(curve_of([0] * 9 + [50], 100), scales_of(10), 1).upper_p < 0.001
    assert forecast(curve_of([0] * 10, 100), scales_of(10), 1).upper_p > 0.2


def test_a_fall_to_nothing_is_a_surprise_on_the_other_side():
    found = forecast(curve_of([*RISING, 0], 60), scales_of(8), 1)
    assert found.lower_p < 1e-6


def test_of_two_held_out_scores_neither_is_used():
    x = scales_of(8)
    one, other = (forecast(curve_of([3, 4, 9, 12, 20, 26, last, 50], 60), x, 2) for last in (0, 60))
    assert one == other
    one, other = (forecast(curve_of([3, 4, 9, 12, 20, 26, 41, last], 60), x, 1)[:3] for last in (0, 60))
    assert one == other


def test_of_one_held_out_score_the_second_last_is_used():
    x = scales_of(8)
    one, other = (forecast(curve_of([3, 4, 9, 12, 20, 26, last, 50], 60), x, 1) for last in (20, 60))
    assert one.predicted < other.predicted


def test_the_origin_of_log_n_does_not_matter():
    curve = curve_of([*RISING, 50], 60)
    assert forecast(curve, scales_of(8), 1) == pytest.approx(forecast(curve, scales_of(8) - 20, 1), abs=1e-9)


def test_two_scales_away_less_is_known():
    x = scales_of(8)
    near, far = (forecast(curve_of([*RISING, 50], 60), x, held_out) for held_out in (1, 2))
    assert near.high - near.low < far.high - far.low


@pytest.mark.parametrize(("chance", "rho"), [(0.0, 0.0), (0.25, 0.05)])
def test_intervals_cover_nineteen_of_twenty(chance, rho):
    rng = np.random.default_rng(9)
    x, inside, upper = scales_of(9), [], []
    for _ in range(300):
        eta = rng.normal(0.5, 1) + rng.normal(-0.2, 0.3) * (x - x[:-1].mean())
        curve = curve_of(distribution(100, p_of(eta, chance), rho).rvs(random_state=rng), 100, chance, rho)
        found = forecast(curve, x, 1)
        inside.append(found.low <= curve.counts[-1] / 100 <= found.high)
        upper.append(found.upper_p)
    assert 0.91 < np.mean(inside) < 0.99
    assert 0.02 < (np.array(upper) < 0.05).mean() < 0.09
