"""Smooth worlds for a table of curves: what is drawn in them.

Three numbers describe how a world differs from independent examples about the fitted curves: r (shared examples),
sigma (model noise) and c (constant answerers); estimates.py estimates them. Two statistics of a curve tell of them:

- *zero steps*: neighbouring models with equal scores; shared examples make more of them, model noise fewer;
- *roughness*: sum of squared second differences of the counts, over n times the mean of p (1 - p) of the fit; shared
  examples make it smaller, model noise larger.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

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
from pipeline.curve_tests.plan import Planned, answers, plan, seeds
from pipeline.curve_tests.scenarios import Nature, Scenario
from pipeline.curve_tests.source import KEY

SHARED, NOISE = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95), (0.0, 0.15, 0.3, 0.6)
GRID = tuple(Nature(shared, noise) for shared in SHARED for noise in NOISE)
GRID_DRAWS, DRAWS = 3, 20
Make = Callable[..., pd.DataFrame]
STRATUM = ["answers", "n_test_class", "temperature"]


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


def draw_on_grid(frame: pd.DataFrame, work: Work) -> pd.DataFrame:
    """Mean zero steps and roughness of each curve at every place of GRID, indexed as the frame is."""
    return _made(frame, "grid", grid_part, [], draws=GRID_DRAWS, work=work).set_index("row")


def _made(
    frame: pd.DataFrame, name: str, make: Make, own: Sequence[Sequence[Nature]], *, draws: int, work: Work
) -> pd.DataFrame:
    """What is drawn of every chunk of a frame, one part each; `own` holds the natures of each curve, world by world."""
    position = pd.Series(np.arange(len(frame)), index=frame.index)
    # A scenario is named by its number.
    code = f"{code_key('pipeline.curve_tests.worlds')} {scenarios.read()}"
    parts = []
    for one in plan(frame):
        chosen = tuple(tuple(natures[place] for place in position[one.rows]) for natures in own)
        spread = frame.loc[one.rows, "spread"].to_numpy().round(9)
        key = f"{name_of(one.chunk, draws, code)} {chosen} {spread.tolist()}"
        path = work.folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:32]}.parquet"
        parts.append(Part(path, make, (one, spread, chosen, draws), len(one.rows)))
    parallel.ensure(parts, workers=work.workers, scheduler=work.scheduler, label=f"worlds: {name}", unit="curve")
    return read(parts)


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
