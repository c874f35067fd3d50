"""The curves of the paper's Figures 2 to 4, each with its emergence score."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.core.scoring import score_curves
from pipeline.studies.theory import model as theory
from pipeline.studies.theory.arithmetic import GPT_PARAMS, LENGTHS
from pipeline.studies.theory.model import Array, Target

FIGURE_2_TARGET = Target(length=5, choices=2)
# The twelve sizes of BIG-G, as in sql/seeds/models.csv: the grid of most real curves.
BIG_G_PARAMS = (
    2098048, 16780288, 56629632, 134228992, 262161280, 453009408, 1073784832, 2097218560, 3623973888, 8590102528,
    28991404032, 137440272384,
)  # fmt: skip
# As many, evenly spaced on a logarithmic axis, from where the model begins to get tokens right.
UPPER_PARAMS = tuple(np.geomspace(1e8, 1e12, 12))
# E takes scale by its order only, so which sizes were measured decides how large a smooth curve's steps are.
GRIDS: Mapping[str, Sequence[float]] = {
    "published": theory.PUBLISHED_PARAMS,
    "GPT": GPT_PARAMS,
    "BIG-G": BIG_G_PARAMS,
    "upper": UPPER_PARAMS,
}


class Drawn(NamedTuple):
    """One curve of a figure: which one, under which metric, for answers of which length."""

    figure: str
    metric: str
    length: int

    def score(self, params: Array) -> Array:
        """The curve's score at each number of parameters, in the metric's unit (nats per token for the loss)."""
        loss = theory.token_loss(params)
        if self.metric == "token_loss":
            return loss
        p = theory.token_probability(loss)
        if self.metric == "token_probability":
            return p
        if self.metric == "log_accuracy":
            return -self.length * loss
        return theory.expected_score(self.metric, p, Target(length=self.length, choices=FIGURE_2_TARGET.choices))


def drawn_curves() -> Iterator[Drawn]:
    """Every curve of the three figures, in their order."""
    yield Drawn("2", "token_loss", 1)
    yield Drawn("2", "token_probability", 1)
    for metric in ("accuracy", "multiple_choice_grade", "token_edit_distance", "brier"):
        yield Drawn("2", metric, 5 if metric in ("accuracy", "token_edit_distance") else 1)
    for metric in ("accuracy", "token_edit_distance"):
        for length in LENGTHS:
            yield Drawn("3", metric, length)
    # Figure 4 draws Figure 3's accuracies on a logarithmic axis: what an endless test set resolves.
    for length in LENGTHS:
        yield Drawn("4", "log_accuracy", length)


def tabulate() -> pd.DataFrame:
    """The emergence score of every drawn curve on each grid of scales.

    Returns:
        One row per curve and grid: `figure`, `metric`, `length` (tokens), `grid`, `n_scales`, `lowest`, `highest`,
        `span`, `median_step`, `emergence_score`, `status`.
    """
    curves = [(curve, grid) for curve in drawn_curves() for grid in GRIDS]
    points = pd.concat(
        pd.DataFrame({"curve_id": curve_id, "score": curve.score(np.array(GRIDS[grid]))})
        .rename_axis("position")
        .reset_index()
        for curve_id, (curve, grid) in enumerate(curves)
    )
    names = pd.DataFrame([(*curve, grid) for curve, grid in curves], columns=["figure", "metric", "length", "grid"])
    return names.join(score_curves(points).set_index("curve_id"))
