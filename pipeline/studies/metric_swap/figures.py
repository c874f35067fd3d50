"""Pictures of the same outputs under two metrics."""

import textwrap
from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.plotting import DARK, shortened, size_axis

COLUMNS, TEN = 5, 10
# Of a legend, in inches: a line with the space beside it, a letter, and how high a line is.
LINE, LETTER, HIGH = 0.55, 0.07, 0.18
MINUS = "−"


def draw_figure_6(points: pd.DataFrame, tasks: Sequence[str]) -> Figure:
    """Figure 6: the curves of a few tasks under multiple choice grade, and under minus the Brier score below.

    Args:
        points: `task`, `metric`, `shots`, `scale` (effective), `score` (higher is better), `chance` (of that metric;
            null where not known).
        tasks: the panels, left to right.
    """
    metrics = points["metric"].drop_duplicates().tolist()
    figure = Figure(figsize=(2.9 * len(tasks), 5.2), layout="constrained")
    grid = figure.subplots(2, len(tasks), squeeze=False, sharex=True)
    colours = dict(zip(sorted(points["shots"].unique()), ("#1d4ed8", "#c2410c"), strict=False))
    for row, metric in zip(grid, metrics, strict=True):
        for axes, task in zip(row, tasks, strict=True):
            own = points[(points["task"] == task) & (points["metric"] == metric)]
            for shots, curve in own.groupby("shots"):
                axes.plot(curve["scale"], curve["score"], marker="o", markersize=3.5, color=colours[shots])
            for chance in own["chance"].dropna().unique():
                axes.axhline(chance, color=DARK, linestyle=":", linewidth=1)
            size_axis(axes)
        row[0].set_ylabel(_shown(metric, is_negated=metric != metrics[0]))
    for axes, task in zip(grid[0], tasks, strict=True):
        axes.set_title(textwrap.fill(task.replace("_", " "), 26), fontsize=9)
    for axes in grid[-1]:
        axes.set_xlabel("effective parameters")
    for shots, colour in colours.items():
        grid[0][0].plot([], [], color=colour, marker="o", markersize=3.5, label=f"{shots} shots")
    grid[0][0].plot([], [], color=DARK, linestyle=":", linewidth=1, label="chance")
    figure.legend(*grid[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def draw_swap(points: pd.DataFrame, pair: tuple[str, str]) -> Figure:
    """Small multiples of the same models' scores under two metrics, one above the other; one colour per family.

    Args:
        points: `subtask` (panels, in order), `metric`, `family`, `shots`, `scale`, `scale_name`, `score` (higher is
            better), `is_negated` (whether the metric's own sign is the other).
        pair: the metric above and the metric below.
    """
    subtasks = points["subtask"].drop_duplicates().tolist()
    families = sorted(points["family"].unique())
    colours = dict(
        zip(families, sns.color_palette("tab10" if len(families) <= TEN else "husl", len(families)), strict=True)
    )
    bands = -(-len(subtasks) // COLUMNS)
    columns = min(COLUMNS, len(subtasks))
    width, labels = max(5.5, 2.5 * columns), [shortened(family, end=21) for family in families]
    beside = max(int(width / (LINE + LETTER * max(map(len, labels)))), 1)
    figure = Figure(figsize=(width, 4.2 * bands + HIGH * -(-len(labels) // beside) + 0.3), layout="constrained")
    grid = figure.subplots(2 * bands, columns, squeeze=False)
    for number, subtask in enumerate(subtasks):
        band, column = divmod(number, columns)
        for offset, metric in enumerate(pair):
            own = points[(points["subtask"] == subtask) & (points["metric"] == metric)]
            axes = grid[2 * band + offset][column]
            _draw_curves(axes, own, colours)
            if column == 0:
                axes.set_ylabel(_shown(metric, is_negated=bool(own["is_negated"].any())))
        grid[2 * band][column].set_title(textwrap.fill(subtask.replace("_", " "), 24), fontsize=9)
        grid[2 * band + 1][column].set_xlabel(points["scale_name"].iloc[0], fontsize=8)
    for axes in grid.flat:
        if not axes.has_data():
            axes.remove()
    lines = [grid[0][0].plot([], [], color=colour, marker="o", markersize=3)[0] for colour in colours.values()]
    figure.legend(lines, labels, loc="outside lower center", ncols=beside, frameon=False, fontsize=8)
    return figure


def _draw_curves(axes: Axes, points: pd.DataFrame, colours: dict[str, tuple[float, float, float]]) -> None:
    for (family, _), curve in points.groupby(["family", "shots"]):
        axes.plot(curve["scale"], curve["score"], marker="o", markersize=3, linewidth=1.2, color=colours[str(family)])
    size_axis(axes)
    axes.tick_params(labelsize=7)


def _shown(metric: str, *, is_negated: bool) -> str:
    short = {"calibration_multiple_choice_brier_score": "Brier score", "brier": "Brier score"}.get(metric, metric)
    return f"{MINUS} {short}" if is_negated else short
