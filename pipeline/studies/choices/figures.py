"""The share of the two metrics after one change at a time. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED


def draw_changes(changes: pd.DataFrame, published_share: float) -> Figure:
    """A dot plot: the share of the two metrics among emergent curves, and among all that are kept, by choice.

    Args:
        changes: one row per change, in order, the first of them unchanged: `choice`, `level`, `curves`, `emergent`,
            `share_two_metrics`, `base_share_two_metrics`.
        published_share: the share of the two metrics among the annotated tasks of the published Figure 5C.
    """
    # Each choice has a line for its name above its levels; what is unchanged needs none.
    is_first = changes["choice"] != changes["choice"].shift()
    placed = changes.assign(place=np.arange(len(changes)) + is_first.cumsum() - 1, is_first=is_first)
    figure = Figure(figsize=(9, 0.25 * (placed["place"].max() + 1) + 1.4), layout="constrained")
    axes = figure.subplots()
    axes.hlines(placed["place"], *placed[["share_two_metrics", "base_share_two_metrics"]].T.to_numpy(), color=MUTED)
    for name, colour, label in (
        ("base_share_two_metrics", MUTED, "among all curves kept"),
        ("share_two_metrics", ACCENT, "among the emergent curves"),
    ):
        axes.plot(placed[name], placed["place"], "o", color=colour, label=label)
    axes.axvline(changes["share_two_metrics"].iloc[0], color=DARK, linewidth=1, linestyle="--", label="as published")
    axes.axvline(published_share, color=DARK, linewidth=1, linestyle=":", label="claimed, of annotated tasks")
    _name_rows(axes, placed)
    axes.set_title("One choice changed: the share of the two metrics among emergent curves")
    axes.set(xlim=(-0.02, 1.02), xlabel="share of multiple_choice_grade and exact_str_match")
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _name_rows(axes: Axes, placed: pd.DataFrame) -> None:
    """Write each row's level with its counts beside it, and the name of each choice above its rows."""
    headings = placed[placed["is_first"]].iloc[1:]
    labels = [
        f"{row.level} ({row.emergent:,} of {row.curves:,})"
        for row in placed[["level", "emergent", "curves"]].itertuples()
    ]
    places = [*placed["place"], *(headings["place"] - 1)]
    axes.set_yticks(places, [*labels, *headings["choice"]], fontsize=8.5)
    for number, label in enumerate(axes.get_yticklabels()):
        # A family's name may hold dollar signs.
        label.set_parse_math(False)
        label.set_fontweight("normal" if number < len(placed) else "bold")
    axes.set_ylim(placed["place"].max() + 0.7, -0.7)
    axes.grid(axis="y", visible=False)
