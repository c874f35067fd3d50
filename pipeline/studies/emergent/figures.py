"""The curves with the largest emergence scores, as small multiples. Frames in, a figure out."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.core.plotting import DARK, size_axis


def draw_gallery(curves: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Small multiples of score against scale.

    Args:
        curves: the panels in order: `rank`, `task`, `subtask`, `metric`, `shots`, `family`, `n_test`, `chance`,
            `emergence_score`, `is_aggregate`.
        points: `rank`, `scale`, `scale_name`, `score` (raw units of the metric).
    """
    rows = max(1, -(-len(curves) // 3))
    figure = Figure(figsize=(10.5, 2.75 * rows), layout="constrained")
    grid = figure.subplots(rows, 3, squeeze=False)
    for axes in grid.flat[len(curves) :]:
        axes.remove()
    curve: Any
    for axes, curve in zip(grid.flat, curves.itertuples(), strict=False):
        own = points[points["rank"] == curve.rank]
        axes.plot(own["scale"], own["score"], marker="o", markersize=3.5, color="#1d4ed8")
        if pd.notna(curve.chance):
            axes.axhline(float(curve.chance), color=DARK, linestyle=":", linewidth=1)
        size_axis(axes)
        axes.set_title(_gallery_title(curve), fontsize=8)
        axes.set_ylabel(curve.metric, fontsize=7)
        axes.tick_params(labelsize=8)
    for axes in grid[-1]:
        axes.set_xlabel(points["scale_name"].iloc[0])
    return figure


def _gallery_title(curve: Any) -> str:  # noqa: ANN401 - a row of itertuples has no type to name
    name = curve.subtask if curve.subtask.startswith(curve.task) else f"{curve.task}: {curve.subtask}"
    name = textwrap.shorten(name.replace("_", " ").replace(":", ": "), 52, placeholder=" …")
    name += " (aggregate)" if curve.is_aggregate else ""
    score = (
        f"E = {curve.emergence_score:.3g}".replace("-", "−")
        if np.isfinite(curve.emergence_score)
        else ("E = ∞" if curve.emergence_score > 0 else "E = −∞")
    )
    n_test = (
        f", n_test = {curve.n_test:,}" if pd.notna(curve.n_test) else "" if curve.is_aggregate else ", n_test not known"
    )
    shots = f"{curve.shots} shot" + ("s" if curve.shots != 1 else "")
    return f"{textwrap.fill(name, 40)}\n{curve.family}, {shots}\n{score}{n_test}"
