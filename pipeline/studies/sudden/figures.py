"""Tested curves: shares beside level and power, and what can be seen at all. Frames in, a figure out."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED
from pipeline.core.sample_sizes import CLASSES

SMOOTH, NOISY = "#60a5fa", "#1d4ed8"
COLOURS = dict(zip(CLASSES, ("#cbd5e1", "#94a3b8", "#60a5fa", "#1d4ed8"), strict=True))
FEWEST_TASKS = 2


def draw_shares(
    shares: pd.DataFrame, panels: Mapping[tuple[str, str], str], groups: Mapping[tuple[str, str], str]
) -> Figure | None:
    """A panel a property: shares of curves and of tasks with their intervals, beside level and power.

    Args:
        shares: the table `sharpness_shares`.
        panels: what each panel shows, by property and level.
        groups: what each line shows, by population and metric, from the top.
    """
    keyed = shares.set_index(["population", "metric", "property", "level"])
    present = [group for group in groups if group in set(zip(shares["population"], shares["metric"], strict=True))]
    if not present:
        return None
    figure = Figure(figsize=(10.5, 0.42 * len(present) * 2 + 2.2), layout="constrained")
    columns = -(-len(panels) // 2)
    grid = figure.subplots(2, columns, sharey=True)
    for axes, (panel, title) in zip(grid.flat, panels.items(), strict=False):
        for place, group in enumerate(reversed(present)):
            if (*group, *panel) in keyed.index:
                _draw_share(axes, keyed.loc[(*group, *panel)], place)
        axes.set_title(title, fontsize=9)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.6, len(present) - 0.4)
        axes.set_yticks(np.arange(len(present)), [groups[group] for group in reversed(present)])
        axes.set_xticks(np.arange(0, 1.01, 0.25))
        axes.tick_params(axis="x", labelsize=8)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(axis="y", visible=False)
    for axes in list(grid.flat)[len(panels) :]:
        axes.remove()
    handles = [
        *grid.flat[0].plot([], [], "o-", color=ACCENT, markersize=5, label="share of curves"),
        *grid.flat[0].plot(
            [], [], "o-", color=DARK, markerfacecolor="white", markersize=5, label="mean share of a task"
        ),
        *grid.flat[0].plot(
            [], [], "|", color=NOISY, markersize=11, markeredgewidth=2.5, label="where it is absent (calibration)"
        ),
        *grid.flat[0].plot(
            [],
            [],
            "|",
            color="#16a34a",
            markersize=11,
            markeredgewidth=2.5,
            label="where it is strong: power (calibration)",
        ),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw_share(axes: Axes, row: pd.Series, place: int) -> None:
    for value, colour in ((row["null_share"], NOISY), (row["power_share"], "#16a34a")):
        axes.plot([value], [place], "|", color=colour, markersize=15, markeredgewidth=2.5, alpha=0.7)
    lines = (
        ("share", "low", "high", ACCENT, ACCENT, 0.14),
        ("task_share", "task_low", "task_high", DARK, "white", -0.14),
    )
    for middle, low, high, colour, face, shift in lines:
        if row["tasks"] >= FEWEST_TASKS:
            axes.hlines(place + shift, row[low], row[high], color=colour, linewidth=1.4)
        axes.plot(row[middle], place + shift, "o", color=colour, markerfacecolor=face, markersize=4.5)


def draw_by_n(by_n: pd.DataFrame) -> Figure | None:
    """What can be seen at all, by class of n: true jumps found, verdicts, and how the end is foreseen.

    Args:
        by_n: the table `sharpness_by_n`.
    """
    if by_n.empty:
        return None
    figure = Figure(figsize=(10.5, 4.2), layout="constrained")
    power, verdicts, foreseen = figure.subplots(1, 3)
    rows = by_n.set_index("n_test_class").reindex([name for name in CLASSES if name in set(by_n["n_test_class"])])
    _draw_power(power, rows)
    _draw_verdicts(verdicts, rows)
    _draw_foreseen(foreseen, rows)
    for axes in (verdicts, foreseen):
        axes.set_xticks(np.arange(len(rows)), list(map(str, rows.index)))
        axes.set_xlabel("test examples")
        axes.grid(axis="x", visible=False)
    for axes in (power, verdicts, foreseen):
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False, fontsize=8)
    return figure


def _draw_power(axes: Axes, rows: pd.DataFrame) -> None:
    found = rows[[name for name in rows if str(name).startswith("found_share_")]]
    sizes = [float(str(name).removeprefix("found_share_")) for name in found]
    for name, line in found.iterrows():
        axes.plot(sizes, line, "o-", color=COLOURS[str(name)], markersize=4, label=f"n_test {name}")
    axes.set(title="True jumps that are found", xlabel="size of the jump", xlim=(0.05, 0.55))


def _draw_verdicts(axes: Axes, rows: pd.DataFrame) -> None:
    place = np.arange(len(rows))
    bars = (
        ("excluded_10_share", "no jump above 0.1", NOISY, -0.27),
        ("excluded_20_share", "no jump above 0.2", SMOOTH, 0.0),
        ("jump_share", "a jump is found (corrected)", ACCENT, 0.27),
    )
    for name, label, colour, shift in bars:
        axes.bar(place + shift, rows[name], width=0.25, color=colour, label=label)
    axes.set_title("What can be said of jumps")


def _draw_foreseen(axes: Axes, rows: pd.DataFrame) -> None:
    points = (
        ("covered_share", "score inside its 95 % interval", "o", NOISY),
        ("width", "median width of the interval, as a score", "s", MUTED),
        ("surprise_share", "higher than predicted", "D", ACCENT),
    )
    for name, label, marker, colour in points:
        axes.plot(np.arange(len(rows)), rows[name], marker, color=colour, label=label)
    axes.axhline(0.95, color=NOISY, linewidth=0.8, linestyle=":")
    axes.set(title="The largest model, predicted", xlim=(-0.5, len(rows) - 0.5))
