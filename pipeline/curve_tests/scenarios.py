"""Smooth worlds: counts drawn for the models of one curve, who answer the same examples of one test set; compiled.

p of each model follows the smooth model of the curve, with parameters drawn from their posterior, so that draws hold
the uncertainty of the fit. A scenario (sql/seeds/scenarios.csv) says what is added:

- *shared examples*: model k answers example i right where sqrt(r) z_i + sqrt(1 - r) e_ik < Phi^-1(p_k), with normal z
  and e (a Gaussian copula): any two models agree more often than by chance, and each keeps its p;
- *model noise*: eta of each model is off its line by a normal of standard deviation sigma;
- *constant answerers*: a model that is no better than a guess gives, with probability c, the same option to every
  example, and so do all such models of the curve: their score is the share of examples whose answer that is;
- another *shape* of the curve than the power law, or a *ceiling*.
"""

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.curve_tests.fitting import Curve, Integers
from pipeline.curve_tests.likelihood import LOGISTIC, MIXTURE, POWER_LAW, Floats, compiled, probability

FILE = Path(__file__).resolve().parents[2] / "sql" / "seeds" / "scenarios.csv"
SHAPES = {"power law": POWER_LAW, "logistic": LOGISTIC, "mixture": MIXTURE}
GUESSING = 2.0  # standard deviations above chance up to which a model is no better than a guess


class Scenario(NamedTuple):
    """One row of the seed table."""

    name: str
    kind: int
    ceiling: float
    shared_examples: bool
    model_noise: bool
    constant_answerers: bool


class Nature(NamedTuple):
    """What a scenario adds to the smooth model of one curve: r, sigma, c."""

    shared: float = 0.0
    noise: float = 0.0
    constant: float = 0.0


def read() -> tuple[Scenario, ...]:
    """The scenarios, in the order of the table."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Scenario(
                row["scenario"],
                SHAPES[row["shape"]],
                float(row["ceiling"]),
                *(row[name] == "true" for name in ("shared_examples", "model_noise", "constant_answerers")),
            )
            for row in csv.DictReader(lines)
        )


@compiled
def normal_quantile(p: float) -> float:
    """Phi^-1(p), by Newton's method from the middle of a bracket, for p off 0 and 1."""
    low, high = -9.0, 9.0
    x = 0.0
    for _ in range(60):
        wrong = 0.5 * math.erfc(-x / math.sqrt(2)) - p
        if wrong > 0:
            high = x
        else:
            low = x
        density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        following = x - wrong / max(density, 1e-300)
        if not low < following < high:
            following = (low + high) / 2
        if abs(following - x) < 1e-12:
            break
        x = following
    return x


@compiled
def draw_shared(p: Floats, n: int, shared: float, rng: np.random.Generator, out: Integers) -> None:
    """Counts of models with probabilities `p`, into `out`, who answer the same n examples."""
    out[:] = 0
    if shared == 0:
        for k in range(len(p)):
            out[k] = rng.binomial(n, p[k])
        return
    bar = np.empty(len(p))
    for k in range(len(p)):
        bar[k] = normal_quantile(p[k])
    common, own = math.sqrt(shared), math.sqrt(1 - shared)
    for _ in range(n):
        z = common * rng.standard_normal()
        for k in range(len(p)):
            out[k] += z + own * rng.standard_normal() < bar[k]


@compiled
def answer_constantly(p: Floats, curve: Curve, constant: float, rng: np.random.Generator, out: Integers) -> None:
    """Replace the counts of some models that are no better than a guess by that of one option."""
    if constant == 0 or curve.chance == 0:
        return
    best_guess = curve.chance + GUESSING * math.sqrt(curve.chance * (1 - curve.chance) / curve.n)
    count = rng.binomial(curve.n, curve.chance)
    for k in range(len(p)):
        if rng.random() < constant and p[k] < best_guess:
            out[k] = count


@compiled
def mean_p(curve: Curve, line: Floats, nodes: Floats, reached: Floats) -> Floats:
    """P at every scale, (scales,): the mean over the posterior; see `draw_curve`."""
    found = np.zeros(len(line))
    for node in range(len(nodes)):
        weight = reached[node] - (reached[node - 1] if node else 0.0)
        for k in range(len(line)):
            eta = nodes[node, 0] + nodes[node, 1] * line[k, 1]
            found[k] += weight * probability(eta, curve.chance, curve.kind, curve.ceiling)
    return found


@compiled
def draw_curve(
    curve: Curve, line: Floats, nodes: Floats, reached: Floats, nature: Nature, lift: Floats, rng: np.random.Generator,
    out: Integers,
) -> None:  # fmt: skip
    """Draws of a whole curve, into `out` of shape (draws, scales).

    Args:
        curve: n, chance, shape and ceiling; its counts are not used.
        line: (scales, 2), 1 and x / unit.
        nodes: (nodes, 2), of the posterior.
        reached: (nodes,), the weights' running sums.
        nature: of the scenario.
        lift: (scales,), what is added to p: a planted jump.
        rng: the curve's own.
        out: what is drawn.
    """
    p = np.empty(len(line))
    for row in range(len(out)):
        node = min(np.searchsorted(reached, rng.random() * reached[-1]), len(nodes) - 1)
        for k in range(len(line)):
            eta = nodes[node, 0] + nodes[node, 1] * line[k, 1]
            if nature.noise > 0:
                eta += nature.noise * rng.standard_normal()
            p[k] = min(probability(eta, curve.chance, curve.kind, curve.ceiling) + lift[k], 1 - 1e-9)
        draw_shared(p, curve.n, nature.shared, rng, out[row])
        answer_constantly(p, curve, nature.constant, rng, out[row])
