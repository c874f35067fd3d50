"""What the E-emergent curves are, and how well E finds sudden gains. Frames in, a figure out."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED

LEFT_OUT = "#1d4ed8"
# Marker, colour, size, whether it is filled: a signed convention is seen inside the unsigned one where they agree.
CONVENTIONS = {
    "published": (LEFT_OUT, 10, False),
    "signed": (LEFT_OUT, 4.5, True),
    "with_infinite": (ACCENT, 10, False),
    "signed_with_infinite": (ACCENT, 4.5, True),
    "x-aware": (DARK, 14, False),
}
MARKERS = {"large late gain": "o", "late gain after correction": "s"}
PLANTED = "planted jump "


def draw_detector(kinds: pd.DataFrame, rates: pd.DataFrame, threshold: float) -> Figure | None:
    """Two panels, each where it has something to show; no figure where neither has.

    Args:
        kinds: `kind`, `curves`, `with_property`, in order: what the E-emergent curves are.
        rates: `convention`, `truth`, `positives`, `sensitivity`, `false_positive_share`, where there are positives.
        threshold: the run's.
    """
    rates = rates[rates["false_positive_share"].notna()]
    panels = (not kinds.empty) + (not rates.empty)
    if not panels:
        return None
    figure = Figure(figsize=(5.8 * panels, 4.8), layout="constrained")
    axes = list(figure.subplots(1, panels, squeeze=False)[0])
    if not kinds.empty:
        _draw_kinds(axes.pop(0), kinds)
    if not rates.empty:
        _draw_rates(axes[0], rates, threshold)
        figure.legend(
            handles=_legend(rates), loc="outside lower right" if panels > 1 else "outside lower center", ncols=3,
            frameon=False, fontsize=8.5,
        )  # fmt: skip
    return figure


def _draw_kinds(axes: Axes, kinds: pd.DataFrame) -> None:
    shown = kinds.iloc[::-1]
    is_gain = shown["kind"] == "late gain"
    axes.barh(shown["kind"], shown["with_property"], color="#e2e8f0", height=0.75)
    axes.barh(shown["kind"], shown["curves"], color=np.where(is_gain, ACCENT, MUTED), height=0.45)
    largest = shown["with_property"].max()
    row: Any
    for place, row in enumerate(shown.itertuples()):
        counts = f"{row.curves:,}" + (f" of {row.with_property:,}" if row.with_property > row.curves else "")
        axes.text(row.with_property + largest / 50, place, counts, va="center", fontsize=9)
    total, gains = shown["curves"].sum(), shown.loc[is_gain, "curves"].sum()
    axes.set(
        xlim=(0, largest * 1.25),
        xlabel="tested curves with the property; dark: not counted above",
        title=f"Late gains: {gains:,} of {total:,} E-emergent curves",
    )
    axes.grid(axis="y", visible=False)


def _draw_rates(axes: Axes, rates: pd.DataFrame, threshold: float) -> None:
    most = max(0.02, rates["false_positive_share"].max() * 1.15)
    axes.plot([0, most], [0, most], color=DARK, linewidth=0.8, linestyle=":")
    for convention, own in rates.groupby("convention", sort=False):
        colour, size, is_filled = CONVENTIONS[str(convention)]
        face = colour if is_filled else "none"
        planted = own[own["truth"].str.startswith(PLANTED)]
        axes.plot(
            planted["false_positive_share"], planted["sensitivity"], marker="^", markersize=size * 0.7, color=colour,
            markerfacecolor=face, linewidth=0.8,
        )  # fmt: skip
        row: Any
        for row in own.itertuples():
            if row.truth in MARKERS:
                axes.plot(
                    row.false_positive_share, row.sensitivity, marker=MARKERS[str(row.truth)], markersize=size,
                    color=colour, markerfacecolor=face, linestyle="",
                )  # fmt: skip
    observed = rates[~rates["truth"].str.startswith(PLANTED)]
    best = (observed if len(observed) else rates)["sensitivity"].max()
    axes.set(
        xlim=(-most / 40, most),
        ylim=(-0.03, 1.03),
        xlabel="false-positive rate",
        ylabel="sensitivity",
        title=f"E > {threshold:g} finds at most {best:.0%} of {'late gains' if len(observed) else 'planted jumps'}",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))


def _legend(rates: pd.DataFrame) -> list[Line2D]:
    """An entry for each convention and truth that is there, and the line of a detector that knows nothing."""
    entries = [
        Line2D([], [], marker="o", linestyle="", markersize=min(size, 10), color=colour,
               markerfacecolor=colour if is_filled else "none", label=name)
        for name, (colour, size, is_filled) in CONVENTIONS.items()
        if (rates["convention"] == name).any()
    ]  # fmt: skip
    shapes = {marker: truth for truth, marker in MARKERS.items() if (rates["truth"] == truth).any()}
    if rates["truth"].str.startswith(PLANTED).any():
        shapes["^"] = "planted jumps, by size"
    entries += [
        Line2D([], [], marker=marker, linestyle="", color=MUTED, label=truth) for marker, truth in shapes.items()
    ]
    return [*entries, Line2D([], [], color=DARK, linewidth=0.8, linestyle=":", label="picking at random")]
