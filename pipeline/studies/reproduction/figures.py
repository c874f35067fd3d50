"""Figure 5A: every curve by metric, beside the largest published scores. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED

JITTER_SEED = 2023


def draw_figure_5a(values: pd.DataFrame, maxima: pd.DataFrame, threshold: float) -> Figure | None:
    """Figure 5A: the published convention of every curve, one row per metric; none without curves.

    Args:
        values: `metric`, `value`, one row per curve.
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
        # Thousands of points: as a picture they are a tenth of the file.
        rasterized=True,
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
    over = int(values[is_over]["metric"].nunique())
    axes.set_title(f"{over} of {len(order)} metrics have a curve over {threshold:g}")
    axes.set(xlabel="|E|, one point per curve (flat curves at 0, infinite ones left out)", ylabel="")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", frameon=True)
    return figure
