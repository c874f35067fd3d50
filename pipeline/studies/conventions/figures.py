"""The share of the two metrics by convention and threshold. Frames in, a figure out."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter

from pipeline.core.plotting import DARK, MUTED

CONVENTION_COLOURS = {
    "published": "#1d4ed8",
    "signed": "#60a5fa",
    "with_infinite": "#c2410c",
    "signed_with_infinite": "#fdba74",
}


def draw_conventions(conventions: pd.DataFrame, threshold: float, published_share: float | None) -> Figure:
    """Number of emergent curves by convention and threshold, and the share of the two metrics among them.

    Args:
        conventions: `convention`, `threshold`, `emergent`, `share_two_metrics`, `base_share_two_metrics`.
        threshold: the chosen one, marked.
        published_share: the share of the two metrics among the annotated tasks of the published Figure 5C; none for
            scores that the claim about the two metrics is not about, whose share is not drawn.
    """
    is_bigbench = published_share is not None
    figure = Figure(figsize=(10 if is_bigbench else 6, 4.2), layout="constrained")
    panels = figure.subplots(1, 2 if is_bigbench else 1, squeeze=False)[0]
    _draw_numbers(panels[-1], conventions)
    if published_share is not None:
        _draw_shares(panels[0], conventions, published_share)
    for axes in panels:
        axes.set_xscale("log")
        axes.set_xticks(conventions["threshold"].unique(), [f"{t:g}" for t in conventions["threshold"].unique()])
        axes.minorticks_off()
        axes.axvline(threshold, color=DARK, linewidth=0.8, linestyle="--", label=f"threshold {threshold:g}")
        axes.set(xlabel="threshold on the convention's value")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw_lines(axes: Axes, conventions: pd.DataFrame, column: str) -> None:
    for convention, rows in conventions.groupby("convention", sort=False):
        colour = CONVENTION_COLOURS[str(convention)]
        axes.plot(rows["threshold"], rows[column], marker="o", color=colour, label=str(convention))


def _draw_shares(axes: Axes, conventions: pd.DataFrame, published_share: float) -> None:
    _draw_lines(axes, conventions, "share_two_metrics")
    base = conventions["base_share_two_metrics"]
    if base.notna().any():
        axes.axhspan(base.min(), base.max(), color=MUTED, alpha=0.45, label="among all kept curves", linewidth=0)
    axes.axhline(published_share, color=DARK, linestyle=":", label="published, annotated tasks")
    axes.set(ylim=(0, 1.02), title="Share of the two metrics among the emergent curves")
    axes.yaxis.set_major_formatter(PercentFormatter(1))


def _draw_numbers(axes: Axes, conventions: pd.DataFrame) -> None:
    _draw_lines(axes, conventions, "emergent")
    axes.set(title="Number of emergent curves")
    if (conventions["emergent"] > 0).any():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
