"""Sums of Pythia: fifty examples against five thousand, by size and along training. Frames in, a figure out."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED, size_axis

STATUSES = {"finite": "#1d4ed8", "infinite": "#c2410c", "flat": "#cbd5e1"}
TALL = 0.15
SHOWN = {1.4e9: "1.4b", 2.8e9: "2.8b", 6.9e9: "6.9b", 1.2e10: "12b"}
COLOURS = {"1.4b": "#94a3b8", "2.8b": ACCENT, "6.9b": "#1d4ed8", "12b": DARK}


def draw(resolution: pd.DataFrame, points: pd.DataFrame, shots: int) -> Figure | None:
    """What more examples, and another scale, make of the same outputs.

    Args:
        resolution: the table `open_resolution`.
        points: the table `open_pooled`.
        shots: examples in the prompt of the sums that are drawn.
    """
    if resolution.empty or points.empty:
        return None
    figure = Figure(figsize=(10.5, 3.7), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=[0.8, 1.1, 1.1])
    _draw_statuses(left, resolution)
    own = points[(points["operation"] == "addition") & (points["shots"] == shots)]
    _draw_sizes(middle, own[own["step"] == own["step"].max()].sort_values("params"))
    _draw_tokens(right, own)
    return figure


def _draw_statuses(axes: Axes, resolution: pd.DataFrame) -> None:
    counts = resolution.groupby("n_test")[["curves", *STATUSES]].sum()
    labels = [f"{int(row['curves']):,} curves\nof {n:,}\nexamples" for n, row in counts.iterrows()]
    bottom = pd.Series(0.0, index=counts.index)
    for status, colour in STATUSES.items():
        share = counts[status] / counts["curves"]
        axes.bar(labels, share, bottom=bottom, color=colour, width=0.6)
        for place, (base, height) in enumerate(zip(bottom, share, strict=True)):
            if height > 0.04:
                ink = "black" if status == "flat" else "white"
                # The bars are narrow.
                told = f"{status}\n{height:.0%}" if height > TALL else f"{status} {height:.0%}"
                axes.text(place, base + height / 2, told, ha="center", va="center", color=ink, fontsize=8)
        bottom += share
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title("Infinite E: test size")


def _draw_sizes(axes: Axes, own: pd.DataFrame) -> None:
    axes.fill_between(own["params"], own["operand_low"], own["operand_high"], color=MUTED, alpha=0.25, linewidth=0)
    axes.plot(own["params"], own["score"], "o-", color=DARK, markersize=4)
    size_axis(axes, "parameters")
    axes.set(ylabel="accuracy of sums", ylim=(-0.03, 1.03))
    axes.set_title("Sums: sudden in size ...")


def _draw_tokens(axes: Axes, own: pd.DataFrame) -> None:
    for params, name in SHOWN.items():
        line = own[own["params"] == params].sort_values("tokens")
        axes.plot(line["tokens"] / 1e9, line["score"], "o-", color=COLOURS[name], markersize=4)
        if len(line):
            last = line.iloc[-1]
            axes.annotate(
                name,
                (last["tokens"] / 1e9, last["score"]),
                xytext=(5, 0),
                textcoords="offset points",
                va="top" if name == "12b" else "center",
                color=COLOURS[name],
            )
    axes.set(xlabel="training tokens, billions", ylim=(-0.03, 1.03))
    axes.set_xlim(right=float(own["tokens"].max()) / 1e9 * 1.15)
    axes.set_title("... gradual along training")
