"""Which jumps are excluded: never one that is there, nearly always one that is not, where n is large."""

from itertools import product

import numpy as np
import pytest
from scipy import optimize, special, stats

from pipeline.curve_tests.fitting import fit, fit_smooth, fit_with_jump, step_columns
from pipeline.curve_tests.jumps import (
    CRITICAL,
    FEWEST_SCALES,
    GRID,
    SIZES,
    around_step,
    fit_any_step,
    is_excluded,
    largest_jump,
)
from pipeline.curve_tests.likelihood import log_likelihood
from tests.made import curve_of

NONE = np.empty((0, 2))


def design_of(scales):
    x = np.linspace(-1, 1, scales)
    return np.stack([x**0, x, x**2], axis=1)


def fitted(counts, n, *, chance=0.0, rho=0.0):
    """A curve, its design and the smooth model with curvature."""
    curve, design = curve_of(counts, n, chance=chance, rho=rho), design_of(len(counts))
    bent = np.append(fit_smooth(curve, np.ascontiguousarray(design[:, :2]), NONE)[1], 0.0)
    fit(curve, design, bent, NONE)
    return curve, design, bent


def excludes(counts, n, size, **how):
    """Whether a jump of this size or more is excluded."""
    return largest_jump(*fitted(counts, n, **how)) < size


def jumping(scales, place, height, chance=0.0):
    """P of a smooth curve with a jump."""
    smooth = chance + (0.45 - chance) * np.exp(-np.exp(0.4 - 0.3 * np.linspace(-1, 1, scales)))
    return smooth + height * (np.arange(scales) >= place)


@pytest.mark.parametrize("n", [20, 100, 1000])
@pytest.mark.parametrize("place", [1, 4, 8, 11])
@pytest.mark.parametrize("chance", [0.0, 0.25])
def test_a_jump_that_is_there_is_not_excluded(n, place, chance):
    p = jumping(12, place, 0.5, chance)
    assert not any(excludes(np.round(n * p), n, size, chance=chance) for size in (*SIZES, 0.5))


def test_noise_seldom_excludes_a_jump_that_is_there():
    # One-sided at 5 %; here 4 standard errors above.
    drawn = np.random.default_rng(1).binomial(200, jumping(12, 8, 0.3), (150, 12))
    assert np.mean([excludes(counts, 200, 0.3) for counts in drawn]) < 0.12


@pytest.mark.parametrize("seed", range(5))
def test_a_smooth_curve_of_a_thousand_examples_has_no_jump(seed):
    counts = np.random.default_rng(seed).binomial(1000, jumping(10, 10, 0.0))
    assert excludes(counts, 1000, 0.3)


def test_few_examples_exclude_nothing():
    assert not excludes([0, 0, 1, 1, 1, 1, 2, 2, 2], 3, 0.2)


def test_correlated_examples_exclude_less():
    counts = np.round(100 * jumping(10, 10, 0.0))
    assert excludes(counts, 100, 0.3)
    assert not excludes(counts, 100, 0.3, rho=0.2)


def test_fewer_than_five_scales_exclude_nothing():
    few, enough = (np.round(10_000 * jumping(scales, scales, 0.0)) for scales in (FEWEST_SCALES - 1, FEWEST_SCALES + 3))
    assert FEWEST_SCALES == 5
    assert not excludes(few, 10_000, 0.3)
    assert excludes(enough, 10_000, 0.3)


def profile(curve, design, place, jump):
    """The highest log-likelihood with a jump, from many starts."""
    room = 1 - curve.chance - jump
    found = -np.inf
    for share in (0.03, 0.15, 0.3, 0.5, 0.7, 0.9):
        eta = np.log(-np.log((share * room) / (1 - curve.chance)))
        for slopes in ([0.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [-3.0, 1.0], [-3.0, -1.0]):
            start = np.array([eta - slopes @ design[place, 1:], *slopes])
            found = max(found, fit_with_jump(curve, design, start, NONE, place, jump))
    return found


def is_left(curve, design, bent, place, size):
    best, height, _ = fit_any_step(curve, design, bent, place)
    return height >= size or 2 * (best - profile(curve, design, place, size)) <= CRITICAL


@pytest.mark.parametrize("n", [30, 60, 300, 3000])
@pytest.mark.parametrize("height", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("chance", [0.0, 0.25])
def test_the_largest_jump_is_the_largest_that_some_place_does_not_exclude(n, height, chance):
    # Every place and size, from many starts.
    curve, design, bent = fitted(np.random.default_rng(n).binomial(n, jumping(10, 6, height, chance)), n, chance=chance)
    left = [size for size in GRID for place in range(1, 10) if is_left(curve, design, bent, place, size)]
    assert largest_jump(curve, design, bent) == max(left, default=0.0)


def test_a_jump_is_not_excluded_where_half_of_the_scales_are_right_throughout():
    # p and a jump added to it would be over 1 in fits from most starts.
    counts = [21, 38, 52, 67, 120, 139, 138]
    curve, design, bent = fitted(counts, 144, rho=0.05)
    best, height, beta = fit_any_step(curve, design, bent, 4)
    assert 0.2 < height < 0.3
    assert not is_excluded(curve, design, 4, 0.3, best, beta)


@pytest.mark.parametrize("place", [1, 6, 9])
def test_a_jump_of_the_best_size_fits_as_well_as_any(place):
    curve, design, bent = fitted(np.round(200 * jumping(10, 6, 0.2)), 200)
    best, height, beta = fit_any_step(curve, design, bent, place)
    if height > 0:
        assert fit_with_jump(curve, design, beta[:3].copy(), NONE, place, height) == pytest.approx(best, abs=1e-6)
    else:
        assert fit_with_jump(curve, design, beta[:3].copy(), NONE, place, 0.05) < best


def test_the_critical_value_is_that_of_a_one_sided_ratio():
    assert pytest.approx(stats.chi2.ppf(0.9, 1), abs=1e-6) == CRITICAL


@pytest.mark.parametrize(("chance", "jump"), [(0.5, 0.5), (0.3, 0.7)])
def test_a_jump_from_chance_to_all_right_is_not_excluded(chance, jump):
    n = 100
    counts = np.where(np.arange(10) >= 5, n, chance * n)
    assert largest_jump(*fitted(counts, n, chance=chance)) == jump


@pytest.mark.parametrize(
    ("counts", "n", "how", "place", "jump"),
    [
        # Reached from the smooth part that the free step leaves, and from a flat one.
        ([40, 42, 39, 22, 31, 24, 29, 23], 55, {"chance": 1 / 3, "rho": 0.0668}, 2, 0.3),
        ([27, 25, 31, 23, 23, 30, 24, 25], 51, {"chance": 0.5}, 7, 0.1),
    ],
)
def test_each_start_is_needed_somewhere(counts, n, how, place, jump):
    curve, design, bent = fitted(counts, n, **how)
    best, _, beta = fit_any_step(curve, design, bent, place)
    assert not is_excluded(curve, design, place, jump, best, beta)


def test_a_free_step_begins_at_two_levels_too():
    curve, design, bent = fitted([45, 27, 7, 7, 8, 9, 0, 44], 200, chance=0.02439, rho=0.0016)
    found = fit(curve, step_columns(design, 3), np.append(bent, 0.0), NONE)
    assert fit_any_step(curve, design, bent, 3)[0] > found + 30


def best_with_a_jump(counts, n, jump, place, *, chance, step):
    """The highest likelihood with a jump, in p and by a general optimiser, up to the constant of log_likelihood."""
    design, counts = design_of(len(counts)), np.asarray(counts)
    after, room = np.arange(len(counts)) >= place, 1 - chance - jump

    def eta(p):
        return np.log(-np.log((p - chance) / (1 - chance)))

    def loss(beta):
        # The share of the room that lies below the jump, and the two slopes.
        before = chance + room * np.clip(special.expit(beta[0]), 1e-9, 1 - 1e-9)
        smooth = (design - design[place])[:, 1:] @ np.asarray(beta[1:])
        at = np.clip(smooth + np.where(after, eta(before + jump), eta(before)), -25, 5)
        p = np.clip(chance + (1 - chance) * np.exp(-np.exp(at)), 1e-12, 1 - 1e-12)
        return -sum(log_likelihood(int(count), n, one, step) for count, one in zip(counts, p, strict=True))

    starts = sorted(product((-3, 0, 3), (-2, 0, 2), (-3, 0, 3)), key=loss)
    return -min(optimize.minimize(loss, start, method="Nelder-Mead").fun for start in starts[:6])


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("rho", [0.0, 0.03])
@pytest.mark.parametrize("jump", [0.1, 0.2])
def test_a_general_optimiser_excludes_the_same(chance, rho, jump):
    rng = np.random.default_rng(round(100 * (chance + rho + jump)))
    curve, design, bent = fitted(rng.binomial(120, jumping(8, 5, 0.15, min(chance, 0.4))), 120, chance=chance, rho=rho)
    for place in (2, 5, 7):
        best, height, beta = fit_any_step(curve, design, bent, place)
        profile = best_with_a_jump(curve.counts, 120, jump, place, chance=chance, step=curve.step)
        if height < jump and abs(2 * (best - profile) - CRITICAL) > 0.2:
            assert is_excluded(curve, design, place, jump, best, beta) == (2 * (best - profile) > CRITICAL)


def test_there_is_no_room_for_a_jump_from_chance_over_the_ceiling():
    curve, design, bent = fitted([30, 31, 29, 33, 35, 38], 60, chance=0.5)
    best, _, beta = fit_any_step(curve, design, bent, 3)
    assert is_excluded(curve, design, 3, 0.5, best, beta)


def test_sizes_are_those_of_the_grid():
    assert set(SIZES) <= set(GRID.tolist())


def test_more_examples_leave_smaller_jumps():
    found = [largest_jump(*fitted(np.round(n * jumping(10, 10, 0.0)), n)) for n in (3, 30, 300, 3000, 100_000)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.2
    assert found[-1] == 0


def test_p_around_a_step_by_hand():
    # With eta = 0 before the step and log(log(2)) from it on: from 1 / e to 1 / 2.
    beta = np.array([0.0, 0.0, 0.0, np.log(np.log(2))])
    assert around_step(curve_of([0] * 6, 9), design_of(6), beta, 3) == pytest.approx((np.exp(-1), 0.5))
