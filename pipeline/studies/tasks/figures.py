"""The curves to look at first, one per task, each with its noise and the forecast of its largest model."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.plotting import ACCENT, DARK, MUTED

COLUMNS = 4
FORECAST = "#1d4ed8"
LONGEST_TITLE = 34


def draw_tasks(points: pd.DataFrame) -> Figure | None:
    """Small multiples of scores by scale.

    Args:
        points: the table `task_panels`.
    """
    if points.empty:
        return None
    curves = [part for _, part in points.groupby("panel", sort=True)]
    rows = -(-len(curves) // COLUMNS)
    figure = Figure(figsize=(10.5, 2.3 * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes, part in zip(grid.flat, curves, strict=False):
        _draw_curve(axes, part)
    for axes in list(grid.flat)[len(curves) :]:
        axes.remove()
    return figure


def _draw_curve(axes: Axes, part: pd.DataFrame) -> None:
    one, last = part.iloc[0], part.iloc[-1]
    error = 2 * part["standard_error"].astype(float).fillna(0).to_numpy()
    axes.errorbar(
        part["scale"], part["score"], yerr=error, fmt="o-", color=DARK, markersize=3, linewidth=0.8, elinewidth=0.8
    )
    if pd.notna(one["predicted"]):
        axes.vlines(last["scale"], one["low"], one["high"], color=FORECAST, linewidth=5, alpha=0.35)
        axes.plot(last["scale"], one["predicted"], "_", color=FORECAST, markersize=10, markeredgewidth=2)
    if pd.notna(one["chance"]) and one["chance"] > 0:
        axes.axhline(float(one["chance"]), color=MUTED, linestyle=":", linewidth=1)
    axes.plot(last["scale"], last["score"], "o", color=ACCENT, markersize=4.5)
    axes.set_xscale("log")
    axes.set_title(_title(one), fontsize=8)
    axes.tick_params(labelsize=7)


def _title(one: Any) -> str:  # noqa: ANN401 - a row of a frame has no type to name
    score = float(one["emergence_score"])
    told = f"E = {score:.3g}" if np.isfinite(score) else "E infinite"
    return f"{_shortened(str(one['task']))}\n{_shortened(str(one['metric']))}: {one['verdict']}, {told}"


def _shortened(name: str) -> str:
    """A name that fits above a small panel, and that is no formula."""
    # Names of one suite differ at their ends.
    whole = name if len(name) <= LONGEST_TITLE else f"{name[:10]}...{name[13 - LONGEST_TITLE :]}"
    return whole.replace("$", r"\$")
