"""Smooth beside sharp metrics of the same networks, by size and along training. Frames in, a figure out."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.plotting import ACCENT, DARK, FORECAST, MUTED
from pipeline.studies.networks.compute import said_of
from pipeline.studies.networks.metrics import METRICS, PAIRS, Pair
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, SEQUENCES
from pipeline.studies.networks.transitions import transition

TITLES = {
    AUTOENCODERS: ("Autoencoders", "units of the bottleneck"),
    IMAGES: ("LeNets", "channels"),
    SEQUENCES: ("Transformers, sequences", "dimension"),
    ADDITION: ("Transformers, sums", "dimension"),
}
PRIMARY = {pair.experiment: pair for pair in PAIRS if pair.is_primary}
LABELS = {(metric.experiment, metric.name): metric.label for metric in METRICS}


def draw_networks(scores: pd.DataFrame, effects: pd.DataFrame) -> Figure:
    """One panel per experiment: both metrics of its primary pair, each from its lowest to its highest mean score.

    Args:
        scores: `experiment`, `metric`, `size`, `seed`, `score`, higher is better.
        effects: the table `induced_effects`.
    """
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    found = {row["experiment"]: row for row in effects[effects["is_primary"]].to_dict("records")}
    panels = figure.subplots(1, len(TITLES), sharey=True)
    for axes, (experiment, (title, unit)) in zip(panels, TITLES.items(), strict=True):
        own = scores[scores["experiment"] == experiment]
        _draw_pair(axes, own, PRIMARY[experiment])
        row = found[experiment]
        told = _told(row) if row["seeds"] else "flat"
        axes.set_title(f"{title}:\n{told}")
        axes.set(xlabel=unit, ylim=(-0.3, 1.05))
    panels[0].set_ylabel("share of the metric's range")
    panels[0].set_yticks(np.arange(0, 1.01, 0.25))
    return figure


def _told(row: Mapping[Hashable, Any]) -> str:
    """The finding of a panel: where the sharp metric's transition lies, and what is known of its width."""
    said = said_of(row)
    width = "width cannot be told" if said == "cannot be told" else said
    return f"later, {width}" if row["shift_low"] > 0 else width


def _draw_pair(axes: Axes, scores: pd.DataFrame, pair: Pair) -> None:
    for metric, colour, height in ((pair.smooth, FORECAST, -0.1), (pair.sharp, ACCENT, -0.2)):
        own = scores[scores["metric"] == metric].sort_values("size")
        mean = own.groupby("size")["score"].mean()
        low, span = mean.min(), np.ptp(mean.to_numpy(float)) or 1.0
        for _, seed in own.groupby("seed"):
            axes.plot(seed["size"], (seed["score"] - low) / span, color=colour, linewidth=0.6, alpha=0.35)
        axes.plot(mean.index, (mean - low) / span, "o-", color=colour, linewidth=1.8, markersize=3.5)
        whole = transition(mean.index.to_numpy(float), mean.to_numpy(float))
        if whole is not None:
            ends = 2 ** np.array([whole.start, whole.start + whole.width])
            axes.plot(ends, [height, height], color=colour, linewidth=4, solid_capstyle="butt")
            # Beside the bar, on the side that has room.
            is_right = ends[1] > np.sqrt(mean.index[0] * mean.index[-1]) * 2
            place, side = (ends[0] / 1.08, "right") if is_right else (ends[1] * 1.08, "left")
            label = LABELS[pair.experiment, metric]
            axes.text(place, height, label, color=colour, fontsize=8.5, va="center", ha=side)
    axes.axhline(0, color=MUTED, linewidth=0.6)
    sizes = sorted(scores["size"].unique())
    axes.set_xscale("log", base=2)
    ticks = [size for size in (1, 2, 4, 8, 16, 32, 64, 128) if sizes[0] <= size <= sizes[-1]]
    axes.set_xticks(ticks, [f"{size}" for size in ticks])
    axes.set_xlim(sizes[0] * 0.85, sizes[-1] * 2.6)


def draw_training(scores: pd.DataFrame) -> Figure:
    """The primary pairs of the largest networks along training, as shares of their range.

    Args:
        scores: `experiment`, `metric`, `size`, `step`, `score`, higher is better, means over seeds.
    """
    figure = Figure(figsize=(11, 2.9), layout="constrained")
    panels = figure.subplots(1, len(TITLES), sharey=True)
    for axes, (experiment, (title, _)) in zip(panels, TITLES.items(), strict=True):
        own = scores[scores["experiment"] == experiment]
        own = own[own["size"] == own["size"].max()]
        pair = PRIMARY[experiment]
        for metric, colour in ((pair.smooth, FORECAST), (pair.sharp, ACCENT)):
            line = own[own["metric"] == metric].sort_values("step")
            values = line["score"].to_numpy(float)
            axes.plot(line["step"], (values - values.min()) / (np.ptp(values) or 1.0), "o-", color=colour, markersize=4)
            axes.plot([], [], color=colour, label=LABELS[experiment, metric])
        axes.set_xscale("log", base=2)
        axes.set_xticks(
            sorted(own["step"].unique()), [f"{step:,}" for step in sorted(own["step"].unique())], fontsize=8
        )
        axes.set_title(title, color=DARK)
        axes.set(xlabel="training steps", ylim=(-0.03, 1.05))
        axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    panels[0].set_ylabel("share of the metric's range")
    return figure
