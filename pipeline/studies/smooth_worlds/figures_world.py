"""The simulated worlds beside the real benchmark. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from pipeline.core.plotting import ACCENT, MUTED
from pipeline.core.sample_sizes import CLASSES, NOT_KNOWN

SIMULATED = "#1d4ed8"
CONVENTIONS_SHOWN = {"published": "|E|, infinite left out", "with_infinite": "|E|, infinite kept"}
METRICS_SHOWN = ("exact_str_match", "multiple_choice_grade", "rougeLsum")
WORLDS = "SIMULATED: mean, 95 % of draws"
# Shares of fewer curves say nothing.
FEWEST_CURVES = 50
FAMILIES_SHOWN = {"BIG-G T=0": ("o", "-"), "GPT": ("s", "--"), "PaLM": ("D", ":")}


def draw_world(compared: pd.DataFrame) -> Figure:
    """Emergent curves by metric, real and where nothing emerges, under two conventions.

    Args:
        compared: the first table of `simulate.compare`.
    """
    figure = Figure(figsize=(10.5, 4.6), layout="constrained")
    counts = compared[["real_emergent", "simulated_high"]].max(axis=1)
    some = compared[compared["convention"].isin(CONVENTIONS_SHOWN) & (counts > 0)]
    largest = some.groupby("metric")["real_emergent"].max().sort_values(kind="stable")
    places = pd.Series(np.arange(len(largest)), index=largest.index)
    for axes, (convention, rule) in zip(figure.subplots(1, 2, sharey=True), CONVENTIONS_SHOWN.items(), strict=True):
        rows = (
            some[some["convention"] == convention]
            .set_index("metric")
            .reindex(places.index)
            .dropna(subset="real_emergent")
        )
        place = places[rows.index]
        axes.hlines(place, rows["simulated_low"], rows["simulated_high"], color=SIMULATED, linewidth=5, alpha=0.35)
        axes.plot(
            rows["simulated_emergent"],
            place,
            "|",
            color=SIMULATED,
            markersize=11,
            label=WORLDS,
        )
        axes.plot(rows["real_emergent"], place, "D", color=ACCENT, markersize=5, label="real")
        axes.set_xscale("symlog", linthresh=1, linscale=0.4)
        axes.set_xlim(-0.15, max(some["real_emergent"].max(), some["simulated_high"].max()) * 2)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.set(xlabel="emergent curves", title=f"{convention}: {rule}")
        axes.set_yticks(places, places.index)
    figure.axes[0].legend(loc="lower right", frameon=True)
    return figure


def draw_fit(fit: pd.DataFrame) -> Figure:
    """What the worlds were fitted to: mean scores by scale above, shares of flat and infinite curves below.

    Args:
        fit: the second table of `simulate.compare`, with `params` of each model.
    """
    figure = Figure(figsize=(10.5, 6.4), layout="constrained")
    upper, lower = figure.subplots(2, 3)
    for axes, metric in zip(upper, METRICS_SHOWN, strict=True):
        _draw_means(axes, fit[(fit["quantity"] == "mean score") & (fit["metric"] == metric)])
        axes.set(title=metric, xscale="log", xlabel="effective parameters")
    upper[0].set_ylabel("mean score of leaf curves")
    for axes, metric in zip(lower, (*METRICS_SHOWN[:2], "others"), strict=True):
        _draw_shares(axes, fit[(fit["metric"] == metric) & (fit["quantity"] != "mean score")])
        axes.set(title=metric, xlabel="test examples")
    lower[0].set_ylabel("share of curves")
    means, shares = (axes.get_legend_handles_labels() for axes in (upper[0], lower[0]))
    handles, labels = ([*first, *second] for first, second in zip(means, shares, strict=True))
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _draw_means(axes: Axes, means: pd.DataFrame) -> None:
    for family, (marker, style) in FAMILIES_SHOWN.items():
        own = means[means["family"] == family].sort_values("params")
        band = own["params"], own["simulated_low"], own["simulated_high"]
        axes.fill_between(*band, color=SIMULATED, alpha=0.12, linewidth=0)
        axes.plot(own["params"], own["simulated"], style, color=SIMULATED, linewidth=1.2)
        axes.plot(own["params"], own["real"], marker, color=ACCENT, markersize=4, label=f"{family}, real")
    axes.set_ylim(bottom=0)


def _draw_shares(axes: Axes, shares: pd.DataFrame) -> None:
    shares = shares[shares["count"] >= FEWEST_CURVES]
    classes = [name for name in (*CLASSES, NOT_KNOWN) if name in set(shares["member"])]
    for quantity, shift, colour in (("share flat", -0.15, MUTED), ("share infinite", 0.15, ACCENT)):
        own = shares[shares["quantity"] == quantity].set_index("member").reindex(classes)
        place = np.arange(len(classes)) + shift
        axes.bar(place, own["real"], width=0.28, color=colour, label=f"real, {quantity.removeprefix('share ')}")
        axes.vlines(place, own["simulated_low"], own["simulated_high"], color=SIMULATED, linewidth=2.5)
        axes.plot(place, own["simulated"], "_", color=SIMULATED, markersize=11, markeredgewidth=2)
    axes.plot([], [], "_", color=SIMULATED, markersize=11, markeredgewidth=2, label=WORLDS)
    axes.set_xticks(np.arange(len(classes)), classes, fontsize=8)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="x", visible=False)
