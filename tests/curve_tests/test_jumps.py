"""Which jumps are excluded: never one that is there, nearly always one that is not, where n is large."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curve_tests.fitting import fit, fit_smooth, step_columns
from pipeline.curve_tests.jumps import FEWEST_SCALES, GRID, SIZES, bounds, is_excluded_at, largest_jump, step_height
from tests.made import curve_of

NONE = np.empty((0, 2))


def design_of(scales):
    x = np.linspace(-1, 1, scales)
    return np.stack([x**0, x, x**2], axis=1)


def fitted(counts, n, *, chance=0.0, rho=0.0):
    """A curve, its design and the smooth model with curvature."""
    curve, design = curve_of(counts, n, chance=chance, rho=rho), design_of(len(counts))
    bent = np.append(fit_smooth(curve, np.ascontiguousarray(design[:, :2]), NONE)[1], 0.0)
    fit(curve, design, bent, np.zeros(len(counts)), NONE)
    return curve, design, bent


def is_excluded(counts, n, size, **how):
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
    assert not any(is_excluded(np.round(n * p), n, size, chance=chance) for size in (*SIZES, 0.5))


def test_noise_seldom_excludes_a_jump_that_is_there():
    # One-sided at 5 %; here 4 standard errors above.
    drawn = np.random.default_rng(1).binomial(200, jumping(12, 8, 0.3), (150, 12))
    assert np.mean([is_excluded(counts, 200, 0.3) for counts in drawn]) < 0.12


@pytest.mark.parametrize("seed", range(5))
def test_a_smooth_curve_of_a_thousand_examples_has_no_jump(seed):
    counts = np.random.default_rng(seed).binomial(1000, jumping(10, 10, 0.0))
    assert is_excluded(counts, 1000, 0.3)


def test_few_examples_exclude_nothing():
    assert not is_excluded([0, 0, 1, 1, 1, 1, 2, 2, 2], 3, 0.2)


def test_correlated_examples_exclude_less():
    counts = np.round(100 * jumping(10, 10, 0.0))
    assert is_excluded(counts, 100, 0.3)
    assert not is_excluded(counts, 100, 0.3, rho=0.2)


def test_fewer_than_five_scales_exclude_nothing():
    few, enough = (np.round(10_000 * jumping(scales, scales, 0.0)) for scales in (FEWEST_SCALES - 1, FEWEST_SCALES + 3))
    assert FEWEST_SCALES == 5
    assert not is_excluded(few, 10_000, 0.3)
    assert is_excluded(enough, 10_000, 0.3)


def is_left(curve, design, bent, place, size):
    stepped, free = step_columns(design, place), np.append(bent, 0.0)
    best = fit(curve, stepped, free, np.zeros(len(design)), np.empty((0, 2)))
    starts = np.stack([free[:3], bent])
    is_large = step_height(curve, stepped, free, place) >= size
    return is_large or not is_excluded_at(curve, design, starts, place, size, best)


@pytest.mark.parametrize("n", [3, 30, 300])
@pytest.mark.parametrize("height", [0.0, 0.3])
def test_the_largest_jump_is_the_largest_that_some_place_does_not_exclude(n, height):
    curve, design, bent = fitted(np.random.default_rng(n).binomial(n, jumping(10, 6, height)), n)
    left = [size for size in GRID for place in range(1, 10) if is_left(curve, design, bent, place, size)]
    assert largest_jump(curve, design, bent) == max(left, default=0.0)


def test_sizes_are_those_of_the_grid():
    assert set(SIZES) <= set(GRID.tolist())


def test_more_examples_leave_smaller_jumps():
    found = [largest_jump(*fitted(np.round(n * jumping(10, 10, 0.0)), n)) for n in (3, 30, 300, 3000, 100_000)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.2
    assert found[-1] == 0


def test_the_height_of_a_step_by_hand():
    # With eta = 0 before the step and log(log(2)) from it on: from 1 / e to 1 / 2.
    beta = np.array([0.0, 0.0, 0.0, np.log(np.log(2))])
    found = step_height(curve_of([0] * 6, 9), step_columns(design_of(6), 3), beta, 3)
    assert found == pytest.approx(0.5 - np.exp(-1))


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.02, 0.2]), st.sampled_from([0.0, 0.25]))
def test_no_fit_with_a_jump_exceeds_its_bound(seed, rho, chance):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    curve, design = curve_of(rng.integers(0, n + 1, 6), n, chance=chance, rho=rho), design_of(6)
    bound = bounds(curve, 6)
    for size, jump in enumerate(GRID):
        for place in range(1, 6):
            lift = np.where(np.arange(6) >= place, jump, 0.0)
            assert fit(curve, design, rng.normal(0, 1, 3), lift, NONE) <= bound[size, place] + 1e-9


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.05]))
def test_bounds_change_no_result(seed, rho):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 300))
    curve, design, bent = fitted(rng.binomial(n, np.sort(rng.uniform(0, 1, 7))), n, rho=rho)
    # Every place and size with fits alone.
    found = 0.0
    for place in range(1, 7):
        stepped, free = step_columns(design, place), np.append(bent, 0.0)
        best = fit(curve, stepped, free, np.zeros(7), NONE)
        height, starts = step_height(curve, stepped, free, place), np.array([free[:3], bent])
        kept = 0.0
        for jump in GRID[::-1]:
            if height >= jump or not is_excluded_at(curve, design, starts, place, jump, best):
                kept = jump
                break
        found = max(found, kept)
    assert largest_jump(curve, design, bent) == found
