"""Figures 5B and 5C, and base rates. Frames in, a figure out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, MUTED


def draw_figure_5bc(annotated: pd.DataFrame, base_rates: pd.DataFrame, two_metrics: Sequence[str]) -> Figure:
    """Figures 5B and 5C: annotated emergent tasks by metric, beside the base rate of the two metrics.

    Args:
        annotated: `metric`, `tasks`, `share`.
        base_rates: `population`, `members`, `share`, one row per set of tasks.
        two_metrics: the metrics of the published claim, highlighted.
    """
    figure = Figure(figsize=(9.5, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    ordered = annotated.sort_values("tasks", kind="stable")
    left.barh(ordered["metric"], ordered["tasks"], color=np.where(ordered["metric"].isin(two_metrics), ACCENT, MUTED))
    for position, (tasks, share) in enumerate(zip(ordered["tasks"], ordered["share"], strict=True)):
        left.text(tasks + 0.8, position, f"{tasks} ({share:.1%})", va="center")
    left.set(
        xlabel="annotated emergent tasks",
        xlim=(0, ordered["tasks"].max() * 1.45),
        title="Nearly all annotated tasks are under two metrics",
    )
    left.grid(axis="y", visible=False)
    _draw_shares(right, base_rates.iloc[::-1], "... but so are most of all tasks")
    return figure


def _draw_shares(axes: Axes, populations: pd.DataFrame, title: str) -> None:
    labels = [
        f"{population.split(': ')[1]}\n(n = {members:,})"
        for population, members in zip(populations["population"], populations["members"], strict=True)
    ]
    axes.barh(labels, populations["share"], color=ACCENT, height=0.6)
    for position, share in enumerate(populations["share"]):
        if pd.notna(share):
            axes.text(share + 0.015, position, f"{share:.1%}", va="center")
    axes.set(xlim=(0, 1.25), title=title)
    axes.set_xticks(np.arange(0, 1.01, 0.25))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", visible=False)


def draw_base_rates(base_rates: pd.DataFrame) -> Figure:
    """The share of the two metrics among all curves, and among those that each convention calls emergent."""
    figure = Figure(figsize=(8.5, 3.6), layout="constrained")
    axes = figure.subplots()
    _draw_shares(axes, base_rates.iloc[::-1], "multiple_choice_grade and exact_str_match among curves")
    return figure
