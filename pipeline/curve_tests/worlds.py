"""Smooth worlds for a table of curves: what is estimated for them, and what is drawn in them.

Three numbers describe how a world differs from independent examples about the fitted curves: r (shared examples),
sigma (model noise) and c (constant answerers). r and sigma are estimated in strata of answers, class of n_test and
temperature, from two statistics of the curves:

- *zero steps*: neighbouring models with equal scores; shared examples make more of them, model noise fewer;
- *roughness*: sum of squared second differences of the counts, over n times the mean of p (1 - p) of the fit; shared
  examples make it smaller, model noise larger.

Draws on a grid of (r, sigma) give their expected values; r alone (sigma = 0) is solved for the zero steps, sigma alone
(r = 0) for the roughness, and both together for both. c is what the zero steps of guessing multiple-choice curves with
50 or more test examples exceed r's by: a share c^2 of their steps is between two constant answerers.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.interpolate import RectBivariateSpline

from pipeline.core import parallel
from pipeline.core.emergence import emergence_score
from pipeline.core.freshness import code_key
from pipeline.core.parallel import Part, Work
from pipeline.curve_tests import scenarios
from pipeline.curve_tests.evaluate import Chunk, curve_of, design_of
from pipeline.curve_tests.fitting import Curve
from pipeline.curve_tests.forecast import FEW_NODES, posterior
from pipeline.curve_tests.likelihood import Floats
from pipeline.curve_tests.parts import name_of, read
from pipeline.curve_tests.plan import SEED, Planned, answers, plan, seeds
from pipeline.curve_tests.scenarios import Nature, Scenario
from pipeline.curve_tests.source import KEY

SHARED, NOISE = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95), (0.0, 0.15, 0.3, 0.6)
GRID = tuple(Nature(shared, noise) for shared in SHARED for noise in NOISE)
FINE = 41
GRID_DRAWS, DRAWS, RESAMPLES = 3, 20, 400
# At most this many curves of a stratum are drawn on the grid: more would take long and give the same estimates.
MOST_CURVES = 300
FEWEST_CURVES = 10
CONSTANT_FROM = 50
LEVEL = 0.95
Make = Callable[..., pd.DataFrame]
# r alone, sigma alone, and both.
ESTIMATES = ("shared", "noise", "joint_shared", "joint_noise")
STRATUM = ["answers", "n_test_class", "temperature"]
COLUMNS = [
    *STRATUM,
    *("curves", "tasks", "zero_steps", "zero_steps_independent", "roughness", "roughness_independent"),
    *(name + end for name in ESTIMATES for end in ("", "_low", "_high")),
]


class Drawn(NamedTuple):
    """Of every curve and draw, (curves, draws): E, zero steps, roughness."""

    emergence: Floats
    zero_steps: Floats
    roughness: Floats


def temperature(family: pd.Series) -> pd.Series:
    """`T=1` where a family's name says that answers were sampled, so that equal models may differ; else `T=0`."""
    return pd.Series(np.where(family.str.endswith("T=1"), "T=1", "T=0"), index=family.index)


def tested(frame: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """The tested proportions with `temperature`, `status`, `rho`, `seed` and `spread`, the fit's mean p (1 - p).

    Args:
        frame: what `source.read` gives.
        tests: the rows of curve_tests with a fit.
    """
    names = [name for name in KEY if name != "is_aggregate"]
    own = tests[[*names, "status", "fitted", "rho", "n_test_class"]]
    frame = frame.reset_index(names="row").merge(own, on=names).set_index("row").sort_index()
    frame["answers"], frame["seed"] = answers(frame["chance"]), seeds(frame)
    frame["temperature"] = temperature(frame["family"])
    fitted = [np.asarray(p, float) for p in frame["fitted"]]
    frame["spread"] = [float((p * (1 - p)).mean()) for p in fitted]
    return frame


def zero_steps(counts: np.ndarray) -> Floats:
    """Neighbouring scales with equal counts, over the last axis."""
    return np.asarray((np.diff(counts, axis=-1) == 0).sum(axis=-1), float)


def roughness(counts: np.ndarray, n: float, spread: float) -> Floats:
    """Sum of squared second differences over n times the spread, at least that of half an example."""
    return np.asarray((np.diff(counts, 2, axis=-1) ** 2).sum(axis=-1) / max(n * spread, 0.5))


class Smooth(NamedTuple):
    """A curve with the posterior of its smooth model."""

    curve: Curve
    line: Floats
    nodes: Floats
    reached: Floats

    @classmethod
    def of(cls, curve: Curve, log_scale: Floats) -> "Smooth":
        """Fit the smooth model of a curve."""
        design, unit = design_of(log_scale)
        line = np.ascontiguousarray(design[:, :2])
        nodes, weights = posterior(curve, line, unit, FEW_NODES)
        return cls(curve, line, nodes, np.cumsum(weights))

    def fitted(self) -> Floats:
        """P at every scale: the mean over the posterior."""
        return np.asarray(scenarios.mean_p(self.curve, self.line, self.nodes, self.reached))

    def draw(self, nature: Nature, rng: np.random.Generator, draws: int, lift: Floats | None = None) -> np.ndarray:
        """Counts (draws, scales) in a world; `lift` (scales,) is added to p."""
        out = np.empty((draws, len(self.line)), np.int64)
        lift = np.zeros(len(self.line)) if lift is None else lift
        scenarios.draw_curve(*self, nature, lift, rng, out)
        return out


def grid_part(planned: Planned, spread: Floats, _: Sequence[Sequence[Nature]], draws: int) -> pd.DataFrame:
    """Mean zero steps and roughness of each curve at every place of the grid."""
    rows = []
    for row, log_scale in enumerate(planned.chunk.log_scale):
        curve = curve_of(planned.chunk, row)
        smooth, seed = Smooth.of(curve, log_scale), int(planned.chunk.seed[row])
        counts = [
            smooth.draw(nature, np.random.default_rng([seed, number]), draws) for number, nature in enumerate(GRID)
        ]
        zeros = [float(zero_steps(drawn).mean()) for drawn in counts]
        rough = [float(roughness(drawn, curve.n, spread[row]).mean()) for drawn in counts]
        rows.append({"zero_steps": zeros, "roughness": rough})
    return pd.DataFrame(rows).assign(place=np.arange(len(rows)))


def scenario_part(planned: Planned, spread: Floats, natures: Sequence[Sequence[Nature]], draws: int) -> pd.DataFrame:
    """E, zero steps and roughness of each draw of each curve in every scenario: a row per curve and scenario.

    Args:
        planned: the curves.
        spread: (curves,).
        natures: of each scenario, of each curve.
        draws: how many.
    """
    rows: list[dict[str, Any]] = []
    chosen = scenarios.read()
    for row, log_scale in enumerate(planned.chunk.log_scale):
        seed = int(planned.chunk.seed[row])
        fitted: dict[tuple[int, float], Smooth] = {}
        for number, scenario in enumerate(chosen):
            curve = curve_in(planned.chunk, row, scenario)
            smooth = fitted.get(curve[-2:]) or fitted.setdefault(curve[-2:], Smooth.of(curve, log_scale))
            counts = smooth.draw(natures[number][row], np.random.default_rng([seed, number]), draws)
            found = Drawn(emergence_score(counts), zero_steps(counts), roughness(counts, curve.n, spread[row]))
            rows.append({"place": row, "scenario": scenario.name} | {k: v.tolist() for k, v in found._asdict().items()})
    return pd.DataFrame(rows)


def curve_in(chunk: Chunk, row: int, scenario: Scenario) -> Curve:
    """One curve as a scenario has it; a ceiling lies no lower than the highest score, and half an example above it."""
    highest = (float(chunk.scores[row].max()) + 0.5) / float(chunk.n[row])
    return curve_of(chunk, row, scenario.kind, max(scenario.ceiling, min(highest, 1.0)))


def observed(frame: pd.DataFrame) -> pd.DataFrame:
    """E, zero steps and roughness of the curves themselves."""
    counts = [np.round(np.asarray(s, float) * n) for s, n in zip(frame["scores"], frame["n_test"], strict=True)]
    sizes = zip(counts, frame["n_test"], frame["spread"], strict=True)
    return pd.DataFrame(
        {
            "emergence": [float(emergence_score(y)) for y in counts],
            "zero_steps": [float(zero_steps(y)) for y in counts],
            "roughness": [float(roughness(y, n, spread)) for y, n, spread in sizes],
        },
        index=frame.index,
    )


def estimate(frame: pd.DataFrame, work: Work, seed: int = SEED) -> pd.DataFrame:
    """r, sigma and c of each stratum, with 95 % intervals from resampled tasks: one row per stratum.

    Args:
        frame: what `tested` gives.
        work: how the drawing is done.
        seed: of the resampling.
    """
    # Those with the smallest seeds: as good as at random.
    some = frame.sort_values("seed").groupby(STRATUM, sort=True).head(MOST_CURVES).sort_index()
    drawn = _made(some, "grid", grid_part, [], draws=GRID_DRAWS, work=work).set_index("row")
    seen = observed(some)
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


def _made(
    frame: pd.DataFrame, name: str, make: Make, own: Sequence[Sequence[Nature]], *, draws: int, work: Work
) -> pd.DataFrame:
    """What is drawn of every chunk of a frame, one part each; `own` holds the natures of each curve, world by world."""
    position = pd.Series(np.arange(len(frame)), index=frame.index)
    code = code_key("pipeline.curve_tests.worlds")
    parts = []
    for one in plan(frame):
        chosen = tuple(tuple(natures[place] for place in position[one.rows]) for natures in own)
        spread = frame.loc[one.rows, "spread"].to_numpy().round(9)
        key = f"{name_of(one.chunk, draws, code)} {chosen} {spread.tolist()}"
        path = work.folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:32]}.parquet"
        parts.append(Part(path, make, (one, spread, chosen, draws), len(one.rows)))
    parallel.ensure(parts, workers=work.workers, scheduler=work.scheduler, label=f"worlds: {name}", unit="curve")
    return read(parts)


def _sums(part: pd.DataFrame, columns: pd.DataFrame) -> tuple[Floats, Floats]:
    """Sums over the curves of each task, (tasks, values): of zero steps and of roughness."""
    _, which = np.unique(part["task"].to_numpy(), return_inverse=True)
    found = []
    for name in ("zero_steps", "roughness"):
        values = np.array(columns[name].to_list(), float).reshape(len(part), -1)
        total = np.zeros((which.max() + 1, values.shape[1]))
        np.add.at(total, which, values)
        found.append(total)
    return found[0], found[1]


def _solve(part: pd.DataFrame, drawn: pd.DataFrame, seen: pd.DataFrame, rng: np.random.Generator) -> dict[str, Any]:
    expected, real = _sums(part, drawn), _sums(part, seen)
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


def _natures(zeros: Floats, rough: Floats, real_zeros: Floats, real_rough: Floats) -> tuple[float, float, float, float]:
    """R alone, sigma alone, and both: the nearest on a fine grid to the observed zero steps and roughness."""
    axes = np.linspace(SHARED[0], SHARED[-1], FINE), np.linspace(NOISE[0], NOISE[-1], FINE)
    # Noise adds to variances: both statistics bend with sigma, and are nearly straight in its square.
    known, fine = (SHARED, np.square(NOISE)), (axes[0], axes[1] ** 2)
    off_zeros, off_rough = (
        RectBivariateSpline(*known, total.reshape(len(SHARED), -1), kx=2, ky=1)(*fine) / max(float(real[0]), 1.0) - 1
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
    _, which = np.unique(part["task"].to_numpy(), return_inverse=True)
    total = np.zeros((which.max() + 1, 2))
    np.add.at(total, which, columns)
    weights = rng.multinomial(len(total), np.full(len(total), 1 / len(total)), RESAMPLES) @ total
    low, high = np.quantile(weights[:, 0] / weights[:, 1], ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    middle = total[:, 0].sum() / total[:, 1].sum()
    return tuple(float(np.sqrt(np.clip(share, 0, 1))) for share in (middle, low, high))  # type: ignore[return-value]


def natures(frame: pd.DataFrame, strata: pd.DataFrame, scenario: Scenario) -> list[Nature]:
    """What a scenario adds to each curve: the estimates of its stratum, nothing where there are none."""
    own = frame[STRATUM].merge(strata, on=STRATUM, how="left").fillna(0.0)
    is_joint = scenario.shared_examples and scenario.model_noise
    shared, noise = ("joint_shared", "joint_noise") if is_joint else ("shared", "noise")
    return [
        Nature(
            r if scenario.shared_examples else 0.0,
            sigma if scenario.model_noise else 0.0,
            c if scenario.constant_answerers else 0.0,
        )
        for r, sigma, c in zip(own[shared], own[noise], own["constant"], strict=True)
    ]


def draw(frame: pd.DataFrame, strata: pd.DataFrame, work: Work, draws: int = DRAWS) -> dict[str, Drawn]:
    """E, zero steps and roughness of draws of every curve, by scenario; curves are in the order of the frame."""
    own = [natures(frame, strata, scenario) for scenario in scenarios.read()]
    found = _made(frame, "scenarios", scenario_part, own, draws=draws, work=work)
    return {
        str(name): Drawn(
            *(np.array(part.set_index("row").loc[frame.index, field].to_list()) for field in Drawn._fields)
        )
        for name, part in found.groupby("scenario", sort=False)
    }
