"""What is drawn in the scenarios: margins and correlations as claimed."""

import csv

import numpy as np
import pytest
from scipy import special, stats

from pipeline.curve_tests import scenarios
from pipeline.curve_tests.fitting import Curve
from pipeline.curve_tests.likelihood import POWER_LAW
from pipeline.curve_tests.scenarios import Nature, answer_constantly, draw_curve, draw_shared, normal_quantile, read

QUIET = Nature()


def curve_of(n, scales, chance=0.0):
    return Curve(np.zeros(scales, np.int64), n, 0.0, chance)


def shared(p, n, correlation, draws, seed=1):
    """Draws of counts: (draws, models)."""
    rng, p = np.random.default_rng(seed), np.array(p)
    found = np.empty((draws, len(p)), np.int64)
    for row in found:
        draw_shared(p, n, correlation, rng, row)
    return found


def drawn(n, nature=QUIET, *, chance=0.0, lift=0.0, draws=3000, nodes=((0.2, -0.5),), weights=(1.0,)):
    """Counts of six models: (draws, 6)."""
    line = np.stack([np.ones(6), np.linspace(-1, 1, 6)], axis=1)
    out = np.empty((draws, 6), np.int64)
    reached, lifts = np.cumsum(weights), np.full(6, lift)
    rng = np.random.default_rng(3)
    draw_curve(curve_of(n, 6, chance), line, np.array(nodes), reached, nature, lifts, rng, out)
    return out


SMOOTH = np.exp(-np.exp(0.2 - 0.5 * np.linspace(-1, 1, 6)))


@pytest.mark.parametrize("p", [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.77, 0.999, 1 - 1e-9])
def test_quantiles_are_scipy_s(p):
    assert normal_quantile(p) == pytest.approx(special.ndtri(p), abs=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.9])
def test_each_model_keeps_its_p(correlation):
    p = np.array([0.02, 0.3, 0.5, 0.95])
    found = shared(p, 40, correlation, 2000)
    error = np.sqrt(p * (1 - p) / (40 * len(found)))
    assert (np.abs(found.mean(axis=0) / 40 - p) < 4 * error).all()
    assert found.var(axis=0) == pytest.approx(40 * p * (1 - p), rel=0.15)


@pytest.mark.parametrize("correlation", [0.2, 0.8])
def test_two_models_are_right_together_as_two_normals_are_low_together(correlation):
    found = shared([0.3, 0.6], 1, correlation, 20_000)
    both = stats.multivariate_normal.cdf(special.ndtri([0.3, 0.6]), cov=[[1, correlation], [correlation, 1]])
    assert abs(found.all(axis=1).mean() - both) < 4 * np.sqrt(both * (1 - both) / len(found))


def test_models_who_share_everything_and_have_one_p_agree():
    found = shared([0.4, 0.4], 30, 1 - 1e-12, 200)
    assert (found[:, 0] == found[:, 1]).all()
    assert found.var() > 0


def test_models_who_share_nothing_are_independent():
    found = shared([0.3, 0.6], 40, 0.0, 10_000)
    assert abs(np.corrcoef(found.T)[0, 1]) < 4 / np.sqrt(len(found))


def answered(p, constant, seed=1, chance=0.25):
    out = np.full(len(p), -1)
    answer_constantly(np.array(p), curve_of(100, len(p), chance), constant, np.random.default_rng(seed), out)
    return out


def test_all_models_that_guess_may_give_one_option():
    found = answered([0.25, 0.26, 0.3, 0.8, 0.9], 1.0)
    assert found[0] == found[1] == found[2] >= 0
    assert found[3:].tolist() == [-1, -1]


def test_the_one_option_is_right_as_often_as_chance():
    found = np.array([answered([0.25], 1.0, seed)[0] for seed in range(2000)])
    assert found.mean() == pytest.approx(25, abs=4 * np.sqrt(100 * 0.25 * 0.75 / 2000))


def test_some_models_that_guess_give_one_option():
    share = np.mean([answered([0.25] * 50, 0.3, seed) >= 0 for seed in range(100)])
    assert share == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 5000))


@pytest.mark.parametrize(("constant", "chance"), [(0.0, 0.25), (1.0, 0.0)])
def test_without_constant_answerers_or_chance_no_count_is_replaced(constant, chance):
    assert answered([0.0, 0.2, 0.25], constant, chance=chance).tolist() == [-1, -1, -1]


def test_draws_follow_the_curve():
    found = drawn(50)
    assert (np.abs(found.mean(axis=0) / 50 - SMOOTH) < 4 * np.sqrt(SMOOTH * (1 - SMOOTH) / (50 * len(found)))).all()


def test_nodes_are_drawn_by_their_weights():
    found = drawn(1000, nodes=((-25.0, 0.0), (5.0, 0.0)), weights=(0.3, 0.7))
    assert set(found.ravel()) == {0, 1000}
    assert (found.max(axis=1) == found.min(axis=1)).all()
    assert (found[:, 0] == 1000).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / len(found)))


def test_noise_widens_what_is_drawn():
    quiet, noisy = (drawn(200, Nature(noise=noise)) for noise in (0.0, 0.5))
    assert (noisy.var(axis=0) > 2 * quiet.var(axis=0)).all()
    # Each model has a noise of its own.
    assert np.abs(np.corrcoef(noisy.T)[np.triu_indices(6, 1)]).max() < 5 / np.sqrt(len(noisy))


def test_a_lift_raises_p_by_itself():
    up = (drawn(50, lift=0.1).mean(axis=0) - drawn(50).mean(axis=0)) / 50
    assert up == pytest.approx([0.1] * 6, abs=4 * np.sqrt(2 * 0.25 / (50 * 3000)))


def test_a_lift_goes_to_one_at_most():
    assert (drawn(50, lift=0.99, draws=20) == 50).all()


def test_shared_examples_make_counts_move_together():
    alone, together = (np.corrcoef(drawn(50, Nature(shared=share)).T)[0, 1] for share in (0.0, 0.6))
    assert abs(alone) < 4 / np.sqrt(3000)
    assert together > 0.2


def test_constant_answerers_are_drawn_too():
    found = drawn(50, Nature(constant=1.0), chance=0.25, nodes=((5.0, 0.0),), draws=50)
    assert (found.max(axis=1) == found.min(axis=1)).all()
    assert len(set(found[:, 0])) > 5


def test_scenarios_are_the_rows_of_the_table():
    found = read()
    with scenarios.FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [one.name for one in found] == [row["scenario"] for row in rows]
    assert len({one.name for one in found}) == len(found)
    assert [one.model_noise for one in found] == [row["model_noise"] == "true" for row in rows]
    assert [one.ceiling for one in found] == [float(row["ceiling"]) for row in rows]


def test_the_first_scenario_adds_nothing():
    assert read()[0][1:] == (POWER_LAW, 1.0, False, False, False)
