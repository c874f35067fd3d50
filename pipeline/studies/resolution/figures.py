"""Statuses by number of test examples, and the tasks of the infinite curves. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipeline.core.plotting import ACCENT

STATUS_COLOURS = {"finite": "#64748b", "flat": "#cbd5e1", "infinite": "#c2410c", "left_out": "#1e293b"}


def draw_infinite(by_n_test: pd.DataFrame, by_task: pd.DataFrame) -> Figure:
    """Where infinite curves occur: statuses by number of test examples, and the tasks with most infinite curves."""
    if by_task.empty:
        figure = Figure(figsize=(6.5, 4.2), layout="constrained")
        _draw_statuses(figure.subplots(), by_n_test)
        return figure
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _draw_statuses(left, by_n_test)
    _draw_top_tasks(right, by_task)
    return figure


def _draw_statuses(axes: Axes, by_n_test: pd.DataFrame) -> None:
    classes = by_n_test.sort_values("number")
    start = np.zeros(len(classes))
    for status, colour in STATUS_COLOURS.items():
        if not classes[status].any():
            continue
        label = "single or invalid" if status == "left_out" else status
        axes.bar(classes["n_test_class"], classes[status], bottom=start, color=colour, label=label)
        start += classes[status].to_numpy(dtype=float)
    for position, (top, infinite) in enumerate(zip(start, classes["infinite"], strict=True)):
        axes.text(position, top, f"{infinite:,}", ha="center", va="bottom", color=ACCENT)
    axes.set(xlabel="test examples behind each score", ylabel="curves", ylim=(0, start.max() * 1.1))
    axes.set_title(
        "Most infinite scores (red) rest on fewer than ten examples"
        if _mostly_few(classes)
        else "Infinite scores (red) by number of test examples"
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="x", visible=False)
    axes.legend(frameon=True)


def _mostly_few(classes: pd.DataFrame) -> bool:
    """Whether the class of fewest examples holds more than half of the infinite curves."""
    return bool(classes["infinite"].iloc[0] > classes["infinite"].sum() / 2)


def _draw_top_tasks(axes: Axes, by_task: pd.DataFrame) -> None:
    top = by_task.nlargest(8, "infinite").iloc[::-1]
    axes.barh(top["task"], top["infinite"], color=ACCENT)
    for position, (infinite, share) in enumerate(zip(top["infinite"], top["share_of_infinite"], strict=True)):
        axes.text(infinite + top["infinite"].max() / 80, position, f"{infinite:,} ({share:.1%})", va="center")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set(
        title="They come from few tasks", xlabel="infinite curves (share of all)", xlim=(0, top["infinite"].max() * 1.5)
    )
    axes.grid(axis="y", visible=False)
