"""Findings -> pictures. Every function takes frames and returns a figure; only `draw_all` reads or writes."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter
from tqdm import tqdm

from pipeline import files

Frame = Callable[[str], pd.DataFrame]

JITTER_SEED = 2023
ACCENT, MUTED, DARK = "#c2410c", "#94a3b8", "#1e293b"
READING_COLOURS = {
    "published": "#1d4ed8",
    "signed": "#60a5fa",
    "with_infinite": "#c2410c",
    "signed_with_infinite": "#fdba74",
}
STATUS_COLOURS = {"finite": "#64748b", "flat": "#cbd5e1", "infinite": "#c2410c", "left_out": "#1e293b"}


def set_style() -> None:
    """One look for every figure."""
    sns.set_theme(
        style="whitegrid",
        context="paper",
        font_scale=1.1,
        rc={"axes.edgecolor": MUTED, "axes.titlelocation": "left", "axes.titleweight": "bold", "figure.dpi": 150},
    )


def draw_figure_5a(values: pd.DataFrame, maxima: pd.DataFrame, threshold: float) -> Figure | None:
    """Figure 5A: the published reading of every curve, a row a metric; none without curves.

    Args:
        values: `metric`, `value`, a row a curve.
        maxima: `metric`, `published_max`, the largest score drawn in the published figure.
        threshold: the value over which a curve is called emergent.
    """
    if values.empty:
        return None
    order = values.groupby("metric")["value"].max().sort_values(kind="stable").index
    rows = pd.Series(np.arange(len(order)), index=order)
    jitter = np.random.default_rng(JITTER_SEED).uniform(-0.3, 0.3, len(values))
    is_over = values["value"] > threshold
    figure = Figure(figsize=(8.5, 8.5), layout="constrained")
    axes = figure.subplots()
    axes.scatter(
        values["value"],
        values["metric"].map(rows) + jitter,
        s=np.where(is_over, 14, 5),
        c=np.where(is_over, ACCENT, MUTED),
        alpha=0.6,
        linewidths=0,
        label="_",
    )
    shown = maxima[maxima["metric"].isin(order)]
    axes.scatter(
        shown["published_max"],
        shown["metric"].map(rows),
        marker="D",
        s=26,
        facecolors="none",
        edgecolors=DARK,
        linewidths=0.9,
        label="largest score in the published figure" if len(shown) else "_",
    )
    axes.axvline(threshold, color=ACCENT, linewidth=1, linestyle="--", label=f"threshold {threshold:g}")
    axes.set_xscale("symlog", linthresh=1, linscale=0.4)
    axes.set_xlim(-0.1, max(1000.0, values["value"].max() * 1.3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_yticks(rows, order)
    axes.set_ylim(-0.8, len(order) - 0.2)
    axes.set(xlabel="|E|, a point a curve (flat curves at 0, infinite ones left out)", ylabel="")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", frameon=True)
    return figure


def draw_figure_5bc(annotated: pd.DataFrame, base_rates: pd.DataFrame, two_metrics: Sequence[str]) -> Figure:
    """Figures 5B and 5C: annotated emergent tasks by metric, beside the base rate of the two metrics.

    Args:
        annotated: `metric`, `tasks`, `share`.
        base_rates: `population`, `members`, `share`, a row a set of tasks.
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
        title="5B: annotated tasks by metric",
    )
    left.grid(axis="y", visible=False)
    _draw_shares(right, base_rates.iloc[::-1], "5C: share of the two (red)")
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
    """The share of the two metrics among all curves, and among those that each reading calls emergent."""
    figure = Figure(figsize=(8.5, 3.6), layout="constrained")
    axes = figure.subplots()
    _draw_shares(axes, base_rates.iloc[::-1], "multiple_choice_grade and exact_str_match among curves")
    return figure


def draw_readings(readings: pd.DataFrame, threshold: float, published_share: float) -> Figure:
    """Share of the two metrics and number of emergent curves, by reading and threshold.

    Args:
        readings: `reading`, `threshold`, `emergent`, `share_two_metrics`, `base_share_two_metrics`.
        threshold: the chosen one, marked.
        published_share: the share of the two metrics among the annotated tasks of the published Figure 5C.
    """
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for reading, rows in readings.groupby("reading", sort=False):
        style = {"marker": "o", "color": READING_COLOURS[str(reading)], "label": str(reading)}
        left.plot(rows["threshold"], rows["share_two_metrics"], **style)
        right.plot(rows["threshold"], rows["emergent"], **style)
    base = readings["base_share_two_metrics"]
    if base.notna().any():
        left.axhspan(base.min(), base.max(), color=MUTED, alpha=0.45, label="among all kept curves", linewidth=0)
    left.axhline(published_share, color=DARK, linestyle=":", label="published, annotated tasks")
    left.set(ylim=(0, 1.02), title="Share of the two metrics among the emergent curves")
    left.yaxis.set_major_formatter(PercentFormatter(1))
    right.set(title="Number of emergent curves")
    if (readings["emergent"] > 0).any():
        right.set_yscale("log")
        right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(readings["threshold"].unique(), [f"{t:g}" for t in readings["threshold"].unique()])
        axes.minorticks_off()
        axes.axvline(threshold, color=DARK, linewidth=0.8, linestyle="--", label=f"threshold {threshold:g}")
        axes.set(xlabel="threshold on the reading's value")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure


def draw_infinite(by_n_test: pd.DataFrame, by_task: pd.DataFrame) -> Figure:
    """Who the infinite curves are: statuses by number of test examples, and the tasks with most of them."""
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
    axes.set_title("Status by number of test examples (in red: infinite)")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="x", visible=False)
    axes.legend(frameon=True)


def _draw_top_tasks(axes: Axes, by_task: pd.DataFrame) -> None:
    top = by_task.nlargest(8, "infinite").iloc[::-1]
    axes.barh(top["task"], top["infinite"], color=ACCENT)
    for position, (infinite, share) in enumerate(zip(top["infinite"], top["share_of_infinite"], strict=True)):
        axes.text(infinite + top["infinite"].max() / 80, position, f"{infinite:,} ({share:.1%})", va="center")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set(title="Tasks with most infinite curves", xlim=(0, top["infinite"].max() * 1.5))
    axes.grid(axis="y", visible=False)


def draw_gallery(curves: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """Small multiples of score against parameters.

    Args:
        curves: the panels in order: `rank`, `task`, `subtask`, `metric`, `shots`, `family`, `n_test`, `chance`,
            `emergence_score`, `is_aggregate`.
        points: `rank`, `params` (effective, single parameters), `score` (raw units of the metric).
    """
    rows = max(1, -(-len(curves) // 3))
    figure = Figure(figsize=(10.5, 2.75 * rows), layout="constrained")
    grid = figure.subplots(rows, 3, squeeze=False)
    for axes in grid.flat[len(curves) :]:
        axes.remove()
    curve: Any
    for axes, curve in zip(grid.flat, curves.itertuples(), strict=False):
        own = points[points["rank"] == curve.rank]
        axes.plot(own["params"], own["score"], marker="o", markersize=3.5, color="#1d4ed8")
        if pd.notna(curve.chance):
            axes.axhline(float(curve.chance), color=DARK, linestyle=":", linewidth=1)
        axes.set_xscale("log")
        axes.set_title(_gallery_title(curve), fontsize=8)
        axes.set_ylabel(curve.metric, fontsize=7)
        axes.tick_params(labelsize=8)
    for axes in grid[-1]:
        axes.set_xlabel("effective parameters")
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


def draw_all(
    connection: duckdb.DuckDBPyConnection,
    drawings: Mapping[str, Callable[[Frame], Figure | None]],
    folder: Path,
    mark: str = "",
) -> list[Path]:
    """Draw figures from the tables, save each that shows something under its name, and return their paths.

    Each bears the mark, if there is one.
    """
    set_style()

    def frame(query: str) -> pd.DataFrame:
        return connection.execute(query).df()

    paths = []
    for name, draw in tqdm(drawings.items(), desc="figures", unit="figure", delay=1, leave=False, disable=None):
        figure = draw(frame)
        if figure and mark:
            figure.suptitle(mark, color=ACCENT, weight="bold")
        if figure:
            paths.append(_save(figure, folder / f"{name}.png"))
    return paths


def _save(figure: Figure, path: Path) -> Path:
    with files.replacing(path) as temporary:
        figure.savefig(temporary, metadata={"Software": None})
    return path
