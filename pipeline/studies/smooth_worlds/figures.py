"""E-emergent curves beside those that smooth worlds give. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED

PLAUSIBLE = "#1d4ed8"


def draw_scenarios(overview: pd.DataFrame, groups: pd.DataFrame) -> Figure | None:
    """The share of observed E-emergent curves that each scenario gives, and observed against expected by group.

    Args:
        overview: rows of `scenario_overview` of one convention, in order.
        groups: rows of `scenario_groups`.
    """
    if overview.empty or not overview["observed"].max() > 0:
        return None
    figure = Figure(figsize=(10.5, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _draw_shares(left, overview.iloc[::-1])
    _draw_groups(right, groups.iloc[::-1])
    return figure


def _draw_shares(axes: Axes, rows: pd.DataFrame) -> None:
    place = np.arange(len(rows))
    colours = [MUTED if ruled_out else PLAUSIBLE for ruled_out in rows["is_ruled_out"]]
    axes.hlines(place, rows["share_low"], rows["share_high"], color=colours, linewidth=4, alpha=0.45)
    axes.scatter(rows["share"], place, color=colours, s=36, zorder=3)
    axes.axvline(1, color=ACCENT, linewidth=1.2)
    axes.text(0.985, len(rows) - 0.4, "observed", color=ACCENT, ha="right", va="bottom", fontsize=9)
    told = [
        f"{name} (ruled out)" if out else name for name, out in zip(rows["scenario"], rows["is_ruled_out"], strict=True)
    ]
    axes.set_yticks(place, told)
    for label, colour in zip(axes.get_yticklabels(), colours, strict=True):
        label.set_color(DARK if colour == PLAUSIBLE else "#6b7280")
    axes.set_ylim(-0.6, len(rows) + 0.1)
    axes.set_xlim(0, max(1.1, rows["share_high"].max() * 1.05))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title("How many E-emergent curves smooth worlds give")
    axes.set_xlabel("E-emergent curves that the scenario gives,\nin per cent of those observed")
    axes.grid(axis="y", visible=False)


def _draw_groups(axes: Axes, rows: pd.DataFrame) -> None:
    place = np.arange(len(rows))
    axes.hlines(place, rows["least"], rows["largest"], color=PLAUSIBLE, linewidth=4, alpha=0.45)
    axes.plot((rows["least"] + rows["largest"]) / 2, place, "o", color=PLAUSIBLE, markersize=5, label="smooth worlds")
    axes.plot(rows["observed"], place, "D", color=ACCENT, markersize=6, label="observed")
    axes.set_yticks(place, [f"{row.metric}, {row.n_test_class}" for row in rows.itertuples()])
    axes.set_xscale("symlog", linthresh=1, linscale=0.4)
    axes.set_xlim(-0.15, rows[["observed", "largest"]].to_numpy().max() * 2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_title("By metric and test examples")
    axes.set_xlabel("E-emergent curves,\nby metric and test examples")
    # Room for the legend above the first row.
    axes.set_ylim(-0.6, len(rows) + 0.9)
    axes.legend(loc="upper left", frameon=True, fontsize=9)
    axes.grid(axis="y", visible=False)
