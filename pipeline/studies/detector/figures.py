"""What the E-emergent curves are, and how many sudden gains E finds. Frames in, a figure out."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, GRID, MUTED

CONVENTIONS = {"published": "infinite left out", "with_infinite": "infinite kept"}
TRUTHS = ("large late gain", "late gain after correction")


def draw_detector(kinds: pd.DataFrame, rates: pd.DataFrame, threshold: float) -> Figure | None:
    """Two panels, each where it has something to show; no figure where neither has.

    Args:
        kinds: `kind`, `curves`, `with_property`, in order: what the E-emergent curves are.
        rates: `convention`, `truth`, `positives`, `found`, `sensitivity`, where there are positives.
        threshold: the run's.
    """
    rates = rates[rates["truth"].isin(TRUTHS)]
    panels = (not kinds.empty) + (not rates.empty)
    if not panels:
        return None
    figure = Figure(figsize=(5.6 * panels, 3.6), layout="constrained")
    axes = list(figure.subplots(1, panels, squeeze=False)[0])
    if not kinds.empty:
        _draw_kinds(axes.pop(0), kinds)
    if not rates.empty:
        _draw_found(axes[0], rates, threshold)
    return figure


def _draw_kinds(axes: Axes, kinds: pd.DataFrame) -> None:
    shown = kinds.iloc[::-1]
    is_gain = shown["kind"] == "late gain"
    axes.barh(shown["kind"], shown["with_property"], color=GRID, height=0.75)
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
        title=f"Of {total:,} E-emergent curves {gains:,} are late gains",
    )
    axes.grid(axis="y", visible=False)


def _draw_found(axes: Axes, rates: pd.DataFrame, threshold: float) -> None:
    """For each definition of a late gain and each convention, the gains that E finds of those there are."""
    labels, place = [], 0.0
    for truth, own in rates.groupby("truth", sort=False):
        for convention, told in CONVENTIONS.items():
            row = own[own["convention"] == convention].iloc[0]
            share = row["found"] / row["positives"]
            axes.barh(place, 1, color=GRID, height=0.7)
            axes.barh(place, share, color=ACCENT, height=0.7)
            axes.text(share + 0.02, place, f"{row['found']:,} of {row['positives']:,}", va="center", fontsize=9)
            labels.append((place, f"{truth},\n{told}"))
            place -= 1
        place -= 0.4
    axes.set_yticks(*zip(*labels, strict=True))
    axes.set(xlim=(0, 1), xlabel="share found", title=f"E over {threshold:g} misses most late gains"
             if rates["sensitivity"].max() < 0.5 else f"Late gains that E over {threshold:g} finds")  # fmt: skip
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", visible=False)
