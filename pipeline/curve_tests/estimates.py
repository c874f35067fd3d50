"""How far curves are from independent examples about their fits: r, sigma and c, estimated in strata.

Strata are of answers, class of n_test and temperature. Draws on a grid of (r, sigma) give the zero steps and the
roughness that are expected (worlds.py); r alone (sigma = 0) is solved for the zero steps, sigma alone (r = 0) for the
roughness, and both together for both. c is what the zero steps of guessing multiple-choice curves with 50 or more test
examples exceed r's by: a share c^2 of their steps is between two constant answerers.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.interpolate import RectBivariateSpline

from pipeline.core.parallel import Work
from pipeline.curve_tests.likelihood import Floats
from pipeline.curve_tests.plan import SEED
from pipeline.curve_tests.worlds import NOISE, SHARED, STRATUM, draw_on_grid, observed

FINE = 41
RESAMPLES = 400
# At most this many curves of a stratum are drawn on the grid: more would take long and give the same estimates.
MOST_CURVES = 300
FEWEST_CURVES = 10
CONSTANT_FROM = 50
LEVEL = 0.95
# r alone, sigma alone, and both.
ESTIMATES = ("shared", "noise", "joint_shared", "joint_noise")
COLUMNS = [
    *STRATUM,
    *("curves", "tasks", "zero_steps", "zero_steps_independent", "roughness", "roughness_independent"),
    *(name + end for name in ESTIMATES for end in ("", "_low", "_high")),
]


def estimate(frame: pd.DataFrame, work: Work, seed: int = SEED) -> pd.DataFrame:
    """r, sigma and c of each stratum, with 95 % intervals from resampled tasks: one row per stratum.

    Args:
        frame: what `worlds.tested` gives.
        work: how the drawing is done.
        seed: of the resampling.
    """
    # Those with the smallest seeds: as good as at random.
    some = frame.sort_values("seed").groupby(STRATUM, sort=True).head(MOST_CURVES).sort_index()
    drawn, seen = draw_on_grid(some, work), observed(some)
    rng = np.random.default_rng(seed)
    is_guess = (some["answers"] == "multiple choice") & (some["status"] == "at_chance")
    rows = [
        dict(zip(STRATUM, name, strict=True)) | _solve(part, drawn.loc[part.index], seen.loc[part.index], rng)
        for name, part in some[~is_guess].groupby(STRATUM, sort=True)
    ]
    strata = pd.DataFrame(rows, columns=None if rows else COLUMNS)
    guessing = some[is_guess & (some["n_test"] >= CONSTANT_FROM)]
    c = _constant(guessing, drawn.loc[guessing.index], seen.loc[guessing.index], strata, rng)
    is_choice = strata["answers"] == "multiple choice"
    for name, value in zip(("constant", "constant_low", "constant_high"), c, strict=True):
        strata[name] = np.where(is_choice, value, 0.0)
    return strata


def task_by_curve(task: pd.Series) -> sparse.csr_array:
    """1 where a curve is of a task, (tasks, curves): times values of the curves it is their sums by task.

    Args:
        task: (curves,), their names; tasks are in the order of theirs.
    """
    which, names = pd.factorize(task, sort=True)
    return sparse.csr_array((np.ones(len(which)), (which, np.arange(len(which)))), shape=(len(names), len(which)))


def _solve(part: pd.DataFrame, drawn: pd.DataFrame, seen: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    by_task, statistics = task_by_curve(part["task"]), ("zero_steps", "roughness")
    expected = [by_task @ np.array(drawn[name].to_list()) for name in statistics]
    real = [by_task @ seen[name].to_numpy() for name in statistics]
    tasks = len(real[0])
    estimates = {"curves": len(part), "tasks": tasks, "zero_steps": float(real[0].sum())}
    estimates |= {"zero_steps_independent": float(expected[0][:, 0].sum()), "roughness": float(real[1].sum())}
    estimates |= {"roughness_independent": float(expected[1][:, 0].sum())}
    if len(part) < FEWEST_CURVES:
        return estimates | {name + end: np.nan for name in ESTIMATES for end in ("", "_low", "_high")}
    weights = np.vstack([np.ones(tasks), rng.multinomial(tasks, np.full(tasks, 1 / tasks), RESAMPLES)])
    found = np.array(
        [_natures(*(w @ total for total in (*expected, *real))) for w in weights if (w @ real[1]).sum() > 0]
    )
    low, high = np.quantile(found[1:], ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    for name, value, least, largest in zip(ESTIMATES, found[0], low, high, strict=True):
        estimates |= {name: value, f"{name}_low": least, f"{name}_high": largest}
    return estimates


def _natures(zeros: Floats, rough: Floats, real_zeros: float, real_rough: float) -> tuple[float, float, float, float]:
    """R alone, sigma alone, and both: the nearest on a fine grid to the observed zero steps and roughness."""
    axes = np.linspace(SHARED[0], SHARED[-1], FINE), np.linspace(NOISE[0], NOISE[-1], FINE)
    # Noise adds to variances: both statistics bend with sigma, and are nearly straight in its square.
    known, fine = (SHARED, np.square(NOISE)), (axes[0], axes[1] ** 2)
    off_zeros, off_rough = (
        RectBivariateSpline(*known, total.reshape(len(SHARED), -1), kx=2, ky=1)(*fine) / max(real, 1.0) - 1
        for total, real in ((zeros, real_zeros), (rough, real_rough))
    )
    both = np.unravel_index(np.argmin(off_zeros**2 + off_rough**2), off_zeros.shape)
    alone = np.argmin(np.abs(off_zeros[:, 0])), np.argmin(np.abs(off_rough[0]))
    return float(axes[0][alone[0]]), float(axes[1][alone[1]]), float(axes[0][both[0]]), float(axes[1][both[1]])


def _constant(
    part: pd.DataFrame, drawn: pd.DataFrame, seen: pd.DataFrame, strata: pd.DataFrame, rng: np.random.Generator
) -> tuple[float, float, float]:
    """C and its interval; 0 where fewer than FEWEST_CURVES curves guess."""
    if len(part) < FEWEST_CURVES:
        return 0.0, 0.0, 0.0
    shared = part[STRATUM].merge(strata, on=STRATUM, how="left")["shared"].fillna(0.0).to_numpy()
    at_no_noise = np.array(drawn["zero_steps"].to_list())[:, :: len(NOISE)]
    expected = np.array([np.interp(r, SHARED, values) for r, values in zip(shared, at_no_noise, strict=True)])
    steps = part["n_scales"].to_numpy() - 1
    columns = np.stack([seen["zero_steps"] - expected, steps - expected], axis=1)
    total = task_by_curve(part["task"]) @ columns
    weights = rng.multinomial(len(total), np.full(len(total), 1 / len(total)), RESAMPLES) @ total
    low, high = np.quantile(weights[:, 0] / weights[:, 1], ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    middle = total[:, 0].sum() / total[:, 1].sum()
    return tuple(float(np.sqrt(np.clip(share, 0, 1))) for share in (middle, low, high))  # type: ignore[return-value]
