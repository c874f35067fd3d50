"""Smooth worlds: what is drawn keeps the fits, and what was planted is found again."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core.emergence import emergence_score
from pipeline.core.parallel import Work
from pipeline.curve_tests import estimates, scenarios, worlds
from pipeline.curve_tests.fitting import fit_smooth
from pipeline.curve_tests.likelihood import LOGISTIC
from pipeline.curve_tests.scenarios import Nature, draw_curve
from pipeline.curve_tests.worlds import Smooth, curve_in, natures, roughness, zero_steps
from tests.made import chunk_of, curve_of, fits_of, frame_of, log_scales, smooth_counts, smooth_p

RISING = [10, 13, 17, 22, 26, 33, 38, 45]
STRATUM = {"answers": "free answer", "n_test_class": "50-199", "temperature": "T=0"}
BY_NAME = {scenario.name: scenario for scenario in scenarios.read()}


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    monkeypatch.setattr(worlds, "GRID_DRAWS", 3)
    monkeypatch.setattr(estimates, "RESAMPLES", 40)


def planted(nature, *, number=150, n=60, tasks=20, chance=0.0, seed=1, eta=None, **columns):
    """Curves drawn in a world, as `worlds.tested` gives them: so flat that steps tell of more than slopes."""
    rng, line = np.random.default_rng(seed), np.stack([np.ones(10), np.linspace(-1, 1, 10)], axis=1)
    counts = np.empty((number, 10), np.int64)
    for row in range(number):
        beta = [[rng.uniform(-0.8, 0.8), -rng.uniform(0, 0.15)]] if eta is None else [[eta, 0.0]]
        curve = curve_of(counts[row], n, chance=chance)
        draw_curve(curve, line, np.array(beta), np.ones(1), nature, np.zeros(10), rng, counts[row : row + 1])
    frame = frame_of(counts, n, tasks=tasks, chance=chance, **columns)
    return worlds.tested(frame, fits_of(frame).assign(fitted=[fit_of(row, n, chance) for row in counts]))


def fit_of(counts, n, chance):
    line = np.stack([np.ones(10), np.linspace(-1, 1, 10)], axis=1)
    beta = fit_smooth(curve_of(counts, n, chance=chance), line, np.empty((0, 2)))[1]
    return chance + (1 - chance) * np.exp(-np.exp(line @ beta))


def estimated(frame, folder):
    return estimates.estimate(frame, Work(folder)).iloc[0]


def test_zero_steps_by_hand():
    assert zero_steps(np.array([[0, 0, 3, 3, 3, 1], [1, 2, 3, 4, 5, 6]])).tolist() == [3, 0]


def test_roughness_by_hand():
    # Second differences 1, -5 of 0, 1, 3, 0; over 10 examples with a spread of 0.2.
    assert roughness(np.array([0, 1, 3, 0]), 10, 0.2) == pytest.approx((1 + 25) / 2)
    assert roughness(np.array([0, 1, 3, 0]), 10, 0.01) == pytest.approx((1 + 25) / 0.5)
    assert roughness(np.array([2, 4, 6, 8]), 10, 0.2) == 0


@pytest.mark.parametrize("chance", [0.0, 0.25])
@pytest.mark.parametrize("nature", [Nature(), Nature(shared=0.7)])
def test_draws_keep_the_fitted_margins(nature, chance):
    smooth = Smooth.of(curve_of(np.add(RISING, 25 if chance else 0), 100, chance=chance), log_scales(8))
    drawn = smooth.draw(nature, np.random.default_rng(1), 3000)
    # 4 standard errors of a mean over draws of a fit with its uncertainty.
    assert drawn.mean(axis=0) / 100 == pytest.approx(smooth.fitted(), abs=0.005)


def test_the_fitted_margins_are_near_the_curve():
    smooth = Smooth.of(curve_of(np.multiply(RISING, 10), 1000), log_scales(8))
    assert smooth.fitted() == pytest.approx(np.array(RISING) / 100, abs=0.015)


def test_a_planted_jump_lifts_the_last_scales():
    smooth, lift = Smooth.of(curve_of(RISING, 100), log_scales(8)), 0.3 * (np.arange(8) >= 5)
    plain, lifted = (smooth.draw(Nature(), np.random.default_rng(1), 1000, up).mean(axis=0) for up in (None, lift))
    assert lifted - plain == pytest.approx(100 * lift, abs=1.5)


def test_a_ceiling_lies_no_lower_than_half_an_example_above_the_highest_score():
    low, high = chunk_of([1, 2, 3, 4], 10), chunk_of([1, 2, 3, 8], 10)
    assert curve_in(low, 0, BY_NAME["ceiling"]).ceiling == 0.6
    assert curve_in(high, 0, BY_NAME["ceiling"]).ceiling == pytest.approx(0.85)
    assert curve_in(chunk_of([1, 2, 3, 10], 10), 0, BY_NAME["ceiling"]).ceiling == 1
    assert curve_in(high, 0, BY_NAME["logistic"])[-2:] == (LOGISTIC, 1)


def test_families_that_were_sampled_have_a_temperature():
    families = pd.Series(["BIG-G T=1", "BIG-G T=0", "GPT"])
    assert worlds.temperature(families).tolist() == ["T=1", "T=0", "T=0"]


def test_what_was_observed_by_hand():
    frame = frame_of([[0, 0, 3, 3, 5]], 10).assign(spread=0.2)
    found = worlds.observed(frame).iloc[0]
    assert found["emergence"] == emergence_score(np.array([0.0, 0, 3, 3, 5]))
    assert found["zero_steps"] == 2
    assert found["roughness"] == pytest.approx((9 + 9 + 4) / 2)


def test_tested_curves_are_those_with_a_fit():
    frame = frame_of(smooth_counts(6, 80), 80).set_index(np.arange(6) * 3)
    fits = fits_of(frame).iloc[[4, 1]].assign(fitted=[[0.5] * 10, [0.1] * 5 + [0.9] * 5])
    found = worlds.tested(frame, fits)
    assert found.index.tolist() == [3, 12]
    assert found["spread"].tolist() == pytest.approx([0.09, 0.25])
    assert found[list(STRATUM)].to_dict("records") == [STRATUM] * 2


def strata_of(**values):
    columns = dict.fromkeys(("shared", "noise", "joint_shared", "joint_noise", "constant"), np.nan) | values
    return pd.DataFrame([STRATUM | columns])


def test_natures_are_the_estimates_of_a_curve_s_stratum():
    frame = planted(Nature(), number=2, tasks=1)
    frame.loc[1, "n_test_class"] = "200+"
    strata = strata_of(shared=0.5, noise=0.2, joint_shared=0.6, joint_noise=0.3, constant=0.1)
    found = {name: natures(frame, strata, scenario) for name, scenario in BY_NAME.items()}
    assert {name: own[0] for name, own in found.items()} == {
        **dict.fromkeys(("independent examples", "logistic", "ceiling", "mixture"), Nature()),
        "shared examples": Nature(0.5),
        "constant answerers": Nature(0.5, 0, 0.1),
        "model noise": Nature(0, 0.2),
        **dict.fromkeys(("combined", "combined logistic"), Nature(0.6, 0.3, 0.1)),
    }
    assert all(own[1] == Nature() for own in found.values())


def test_without_an_estimate_nothing_is_added():
    frame = planted(Nature(), number=2, tasks=1)
    assert natures(frame, strata_of(), BY_NAME["combined"]) == [Nature(), Nature()]


# Each tolerance is about three standard deviations of an estimate from 150 curves.
@pytest.mark.parametrize("shared", [0.0, 0.5, 0.8])
def test_shared_examples_are_found_again(shared, tmp_path):
    found = estimated(planted(Nature(shared=shared), seed=2), tmp_path)
    assert found["shared"] == pytest.approx(shared, abs=0.3)
    assert found["shared_low"] <= found["shared"] <= found["shared_high"]


@pytest.mark.parametrize("noise", [0.0, 0.15, 0.3])
def test_model_noise_is_found_again(noise, tmp_path):
    found = estimated(planted(Nature(noise=noise), seed=3), tmp_path)
    assert found["noise"] == pytest.approx(noise, abs=0.07)
    assert found["noise_low"] <= found["noise"] <= found["noise_high"]


@pytest.mark.parametrize(("shared", "noise"), [(0.7, 0.25), (0.4, 0.15), (0.0, 0.2)])
def test_model_noise_is_found_among_shared_examples(shared, noise, tmp_path):
    found = estimated(planted(Nature(shared=shared, noise=noise), seed=4), tmp_path)
    assert found["joint_noise"] == pytest.approx(noise, abs=0.07)
    # For itself it would be taken for less.
    assert found["noise"] <= found["joint_noise"]


@pytest.mark.parametrize("constant", [0.0, 0.7])
def test_constant_answerers_are_found_again(constant, tmp_path):
    choice = {"metric": "multiple_choice_grade", "chance": 0.25}
    able = planted(Nature(shared=0.4), number=40, seed=5, **choice)
    guessing = planted(Nature(shared=0.4, constant=constant), eta=4.0, number=60, seed=6, **choice)
    guessing = guessing.assign(status="at_chance", task="guess " + guessing["task"])
    found = estimated(pd.concat([able, guessing], ignore_index=True), tmp_path)
    assert found["constant"] == pytest.approx(constant, abs=0.25)
    assert found["constant_low"] <= found["constant"] <= found["constant_high"]


def test_free_answers_have_no_constant_answerers(tmp_path):
    assert estimated(planted(Nature(), number=12), tmp_path)["constant"] == 0


def test_where_every_curve_guesses_nothing_is_estimated_and_nothing_breaks(tmp_path):
    frame = planted(Nature(), number=3, eta=4.0, metric="multiple_choice_grade", chance=0.25).assign(status="at_chance")
    strata = estimates.estimate(frame, Work(tmp_path))
    assert natures(frame, strata, BY_NAME["combined"]) == [Nature()] * 3


def test_few_curves_have_no_estimate(tmp_path):
    found = estimated(planted(Nature(), number=9, tasks=3), tmp_path)
    assert found[["shared", "noise_low", "joint_shared_high"]].isna().all()
    assert (found["curves"], found["tasks"]) == (9, 3)


def test_of_a_large_stratum_some_curves_are_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(estimates, "MOST_CURVES", 12)
    assert estimated(planted(Nature(), number=20), tmp_path)["curves"] == 12


def test_the_order_of_curves_changes_no_estimate(tmp_path, monkeypatch):
    monkeypatch.setattr(estimates, "MOST_CURVES", 12)
    frame = planted(Nature(shared=0.5), number=20, tasks=4)
    other = frame[::-1].reset_index(drop=True)
    one, two = (estimates.estimate(some, Work(tmp_path / name)) for some, name in ((frame, "a"), (other, "b")))
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)


@pytest.fixture(scope="module")
def few():
    return planted(Nature(), number=5, tasks=5)


ESTIMATES = strata_of(shared=0.5, noise=0.2, joint_shared=0.6, joint_noise=0.3, constant=0.0)


def test_every_curve_is_drawn_in_every_scenario(few, tmp_path):
    drawn = worlds.draw(few, ESTIMATES, Work(tmp_path), 4)
    assert list(drawn) == list(BY_NAME)
    assert {values.shape for one in drawn.values() for values in one} == {(5, 4)}


@pytest.mark.parametrize("rows", [[4, 3, 2, 1, 0], [3], [2, 0]])
def test_a_draw_depends_on_nothing_but_its_curve(few, tmp_path, rows):
    whole = worlds.draw(few, ESTIMATES, Work(tmp_path / "whole"), 3)
    some = worlds.draw(few.iloc[rows].reset_index(drop=True), ESTIMATES, Work(tmp_path / "some"), 3)
    for name, one in some.items():
        for own, theirs in zip(one, whole[name], strict=True):
            assert own.tolist() == theirs[rows].tolist(), name


def test_what_is_kept_goes_to_its_curve_wherever_that_is_now(few, tmp_path):
    before = worlds.draw(few, ESTIMATES, Work(tmp_path), 2)
    after = worlds.draw(few.set_axis([2, 3, 5, 7, 11]), ESTIMATES, Work(tmp_path), 2)
    for name, one in before.items():
        assert one.emergence.tolist() == after[name].emergence.tolist()


def test_workers_change_no_draw(few, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.curve_tests.plan.CHUNK", 3)
    for workers in (1, 2):
        worlds.draw(few, ESTIMATES, Work(tmp_path / str(workers), workers), 2)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "12")
    assert len(one) == 2
    assert one == two


def test_what_was_drawn_with_other_estimates_is_drawn_again(few, tmp_path):
    for strata in (ESTIMATES, ESTIMATES, ESTIMATES.assign(shared=0.6)):
        worlds.draw(few, strata, Work(tmp_path), 2)
    assert len(list(tmp_path.iterdir())) == 2


def test_margins_of_made_up_curves_are_as_claimed():
    counts = smooth_counts(200, 50, rho=0.1)
    assert counts.mean() / 50 == pytest.approx(smooth_p(200).mean(), abs=0.01)
