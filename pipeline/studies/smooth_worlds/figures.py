"""Emergent curves beside those that smooth power laws give. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipeline.core.plotting import ACCENT
from pipeline.core.sample_sizes import CLASSES

SCENARIOS = {
    "binomial": ("independent examples", "#60a5fa", -0.13),
    "overdispersed": ("overdispersed", "#1d4ed8", 0.13),
}
CONVENTIONS_SHOWN = {"with_infinite": "infinite kept", "published": "infinite left out"}


def draw_observed(compared: pd.DataFrame) -> Figure | None:
    """Emergent curves and those of the fitted smooth worlds, by metric (left) and by class of n (right).

    Args:
        compared: the table `observed_expected`.
    """
    shown = compared[compared["convention"].isin(CONVENTIONS_SHOWN) & (compared[["observed", "high"]].max(axis=1) > 0)]
    if shown.empty:
        return None
    figure = Figure(figsize=(10.5, 5.6), layout="constrained")
    by_metric, by_n = shown[shown["n_test_class"] == "all"], shown[shown["metric"] == "all"]
    metrics = by_metric.groupby("metric")["observed"].max().drop("all").sort_values(kind="stable").index
    places = {"metric": ["all", *metrics[::-1]][::-1], "n_test_class": ["all", *CLASSES][::-1]}
    ratios = [len(places["metric"]) + 1, len(places["n_test_class"]) + 1]
    for column, (convention, title) in zip(
        figure.subplots(2, 2, height_ratios=ratios, sharey="row").T, CONVENTIONS_SHOWN.items(), strict=True
    ):
        for axes, (key, part) in zip(column, {"metric": by_metric, "n_test_class": by_n}.items(), strict=True):
            _draw_counts(axes, part[part["convention"] == convention].set_index(key), places[key])
        column[0].set_title(title)
        column[1].set_xlabel("emergent curves")
    for axes, label in zip(figure.axes[::2], ("metric", "n_test"), strict=True):
        axes.set_ylabel(label)
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _draw_counts(axes: Axes, rows: pd.DataFrame, order: list[str]) -> None:
    place = pd.Series(np.arange(len(order)), index=order)
    for scenario, (label, colour, shift) in SCENARIOS.items():
        own = rows[(rows["scenario"] == scenario) & rows.index.isin(order)]
        at = place[own.index] + shift
        axes.hlines(at, own["low"], own["high"], color=colour, linewidth=5, alpha=0.4)
        axes.plot(own["expected"], at, "|", color=colour, markersize=10, label=f"smooth power laws, {label}")
    own = rows[(rows["scenario"] == "binomial") & rows.index.isin(order)]
    axes.plot(own["observed"], place[own.index], "D", color=ACCENT, markersize=5, label="observed")
    axes.set_xscale("symlog", linthresh=1, linscale=0.4)
    axes.set_xlim(-0.15, rows[["observed", "high"]].to_numpy().max() * 2 if len(rows) else 1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_yticks(place, order)
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.grid(axis="y", visible=False)
