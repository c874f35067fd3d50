"""The curves to look at first, one per task, each with its noise and the forecast of its last point."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.plotting import ACCENT, DARK, MUTED, mark_forecast, shortened, size_axis, small_multiples

COLUMNS = 4


def draw_tasks(points: pd.DataFrame) -> Figure | None:
    """Small multiples of scores by scale.

    Args:
        points: the table `task_panels`.
    """
    if points.empty:
        return None
    curves = [part for _, part in points.groupby("panel", sort=True)]
    figure = small_multiples(curves, _draw_curve, columns=COLUMNS, height=2.3)
    figure.supxlabel(points["scale_name"].iloc[0], fontsize=9)
    figure.supylabel("score", fontsize=9)
    return figure


def _draw_curve(axes: Axes, part: pd.DataFrame) -> None:
    one, last = part.iloc[0], part.iloc[-1]
    error = 2 * part["standard_error"].astype(float).fillna(0).to_numpy()
    axes.errorbar(
        part["scale"], part["score"], yerr=error, fmt="o-", color=DARK, markersize=3, linewidth=0.8, elinewidth=0.8
    )
    if pd.notna(one["predicted"]):
        mark_forecast(axes, last["scale"], one["predicted"], one["low"], one["high"])
    if pd.notna(one["chance"]) and one["chance"] > 0:
        axes.axhline(float(one["chance"]), color=MUTED, linestyle=":", linewidth=1)
    axes.plot(last["scale"], last["score"], "o", color=ACCENT, markersize=4.5)
    size_axis(axes)
    axes.set_title(_title(one), fontsize=7)
    axes.tick_params(labelsize=7)


def _title(one: Any) -> str:  # noqa: ANN401 - a row of a frame has no type to name
    score = float(one["emergence_score"])
    told = f"E = {score:.3g}" if np.isfinite(score) else "E infinite"
    # Names of one suite differ at their ends.
    task, metric, family = (shortened(str(one[name]), end=21) for name in ("task", "metric", "family"))
    direction = "" if one["higher_is_better"] else "↓ "
    return f"{task}\n{family}\n{direction}{metric}: {one['verdict']}, {told}"
