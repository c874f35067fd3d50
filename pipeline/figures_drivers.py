"""Odds ratios of looking emergent, and the curve of all specifications. Frames in, a figure out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from pipeline.figures import ACCENT, DARK, MUTED

PANELS = {
    "with_infinite": "with_infinite: |E| over the threshold, infinite kept",
    "published_tenth": "published, over a tenth of the threshold",
}
MODEL_STYLES = (("#1d4ed8", "o"), (ACCENT, "s"), ("#64748b", "D"))
# Beyond these an interval says no more than that it is wide.
SMALLEST, LARGEST = 1 / 32, 32
TERM_ORDER = ("metric_class", "n_test", "n_scales", "family", "shots")
TERM_NAMES = {"n_test": "twice as many\ntest examples", "n_scales": "one scale more\n(in place of family)"}

KEPT, LEFT = ACCENT, "#1d4ed8"
CHOICES = {
    "reading": "reading",
    "threshold": "threshold",
    "families": "families",
    "shots": "shots",
    "aggregates": "aggregates",
    "min_scales": "minimum scales",
    "min_n_test": "minimum n_test",
}
USUAL_ORDER = ("none", "10", "50", "10 or unknown", "50 or unknown")
BINS = 240
TIES_SEED = 2023


def draw_odds(odds: pd.DataFrame, models: Sequence[str]) -> Figure:
    """A forest plot: odds ratios of looking emergent with 95 % intervals, a panel an outcome, a colour a model.

    Args:
        odds: `outcome`, `model`, `term`, `level`, `odds_ratio`, `low`, `high`, a row an estimated coefficient.
        models: those to tell apart; a model besides is drawn like the first.
    """
    present = [outcome for outcome in PANELS if (odds["outcome"] == outcome).any()]
    rows = _forest_rows(odds)
    figure = Figure(figsize=(5.2 * len(present) + 1.2, 0.52 * len(rows) + 1.7), layout="constrained")
    grid = figure.subplots(1, len(present), sharey=True, squeeze=False)[0]
    for axes, outcome in zip(grid, present, strict=True):
        _draw_forest(axes, odds[odds["outcome"] == outcome], rows, models)
        axes.set_title(PANELS[outcome], fontsize=9.5)
    grid[0].set_yticks(range(len(rows)), [_row_name(term, level) for term, level in rows])
    grid[0].set_ylim(len(rows) - 0.5, -0.5)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure


def _forest_rows(odds: pd.DataFrame) -> list[tuple[str, str]]:
    found = set(zip(odds["term"], odds["level"], strict=True))
    return sorted(found, key=lambda row: (TERM_ORDER.index(row[0]), row[1]))


def _row_name(term: str, level: str) -> str:
    if term == "shots":
        return f"{level} shot" + ("s" if level != "1" else "")
    return TERM_NAMES.get(term, level)


def _draw_forest(axes: Axes, odds: pd.DataFrame, rows: Sequence[tuple[str, str]], models: Sequence[str]) -> None:
    for number, (model, (colour, marker)) in enumerate(zip(models, MODEL_STYLES, strict=True)):
        own = odds[(odds["model"] == model) | ((number == 0) & ~odds["model"].isin(models))]
        places = np.array([rows.index(row) for row in zip(own["term"], own["level"], strict=True)], dtype=float)
        places += 0.22 * (number - 1)
        low, high = (own[name].to_numpy(dtype=float) for name in ("low", "high"))
        axes.hlines(places, low.clip(SMALLEST, LARGEST), high.clip(SMALLEST, LARGEST), color=colour, linewidth=1.6)
        middle = own["odds_ratio"].to_numpy(dtype=float).clip(SMALLEST, LARGEST)
        axes.plot(middle, places, marker, color=colour, markersize=5, label=model)
        for ends, beyond, arrow in ((low, low < SMALLEST, "<"), (high, high > LARGEST, ">")):
            axes.plot(ends[beyond].clip(SMALLEST, LARGEST), places[beyond], arrow, color=colour, markersize=6)
    axes.axvline(1, color=DARK, linewidth=0.9)
    axes.set_xscale("log", base=2)
    axes.set_xlim(SMALLEST / 1.25, LARGEST * 1.25)
    axes.set_xticks([1 / 16, 1 / 4, 1, 4, 16], ["1/16", "1/4", "1", "4", "16"])
    axes.set_xlabel("odds ratio of looking emergent")


def draw_specifications(specifications: pd.DataFrame, estimate: str, claimed: float | None) -> Figure:
    """A specification curve: the estimates sorted, above the choices that lead to them.

    With thousands of specifications the choices are bands: the darker, the more of the specifications there make that
    choice. Specifications of equal estimate stand in a random order, the same in every run: ties are no pattern.

    Args:
        specifications: a row each: the columns of CHOICES, `choices_changed`, `base_share_two_metrics`, the estimate.
        estimate: `share_two_metrics` or `emergent_rate`.
        claimed: a line to hold it against, if there is one.
    """
    alphabetical = specifications.sort_values(list(CHOICES), kind="stable")
    shuffled = alphabetical.iloc[np.random.default_rng(TIES_SEED).permutation(len(alphabetical))]
    ordered = shuffled.sort_values(estimate, kind="stable").reset_index(drop=True)
    levels = [(column, level) for column in CHOICES for level in _levels(ordered[column], column)]
    figure = Figure(figsize=(11, 4.3 + 0.2 * len(levels)), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4.2, 0.24 * len(levels)))
    _draw_estimates(upper, ordered, estimate, claimed)
    _draw_choices(lower, ordered, levels)
    published = ordered.index[ordered["choices_changed"] == 0]
    for place in published:
        for axes in (upper, lower):
            axes.axvline(place, color=DARK, linewidth=1, linestyle="--")
        upper.plot(
            place, ordered[estimate][place], "D", color=DARK, markersize=7, zorder=5, label="the published choice"
        )
    figure.legend(*upper.get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return figure


def _levels(values: pd.Series, column: str) -> list[str]:
    found = list(values.unique())
    if column == "min_n_test":
        return [level for level in USUAL_ORDER if level in found]
    if column in ("threshold", "min_scales"):
        return [str(level) for level in sorted(found)]
    # All first, then numbers by size, then names.
    return sorted(
        found, key=lambda level: (not str(level).startswith("all"), len(level) if level.isdigit() else 0, level)
    )


def _draw_estimates(axes: Axes, ordered: pd.DataFrame, estimate: str, claimed: float | None) -> None:
    is_kept = ordered["reading"].str.contains("infinite")
    if estimate == "share_two_metrics":
        axes.plot(
            ordered.index,
            ordered["base_share_two_metrics"],
            ".",
            color=MUTED,
            markersize=1.5,
            alpha=0.5,
            rasterized=True,
        )
        axes.plot([], [], ".", color=MUTED, label="the same share among all curves kept")
        axes.set(ylim=(-0.03, 1.03), ylabel="share of the two metrics\namong emergent curves")
    else:
        axes.set_yscale("symlog", linthresh=1e-3, linscale=0.5)
        axes.set(ylim=(-1e-4, 1), ylabel="emergent curves\nof all kept")
    # In one call, so that neither colour covers the other.
    axes.scatter(ordered.index, ordered[estimate], s=7, c=np.where(is_kept, KEPT, LEFT), linewidths=0, rasterized=True)
    for colour, label in ((KEPT, "infinite scores kept"), (LEFT, "infinite scores left out")):
        axes.plot([], [], "o", color=colour, markersize=5, label=label)
    if claimed is not None:
        axes.axhline(claimed, color=DARK, linestyle=":", label=f"{claimed:.0%}: published, of annotated tasks")
    axes.yaxis.set_major_formatter(PercentFormatter(1) if claimed else FuncFormatter(lambda value, _: f"{value:.3g}"))


def _draw_choices(axes: Axes, ordered: pd.DataFrame, levels: Sequence[tuple[str, str]]) -> None:
    edges = np.linspace(0, len(ordered), min(BINS, len(ordered)) + 1)
    sizes = np.histogram(ordered.index, edges)[0]
    shares = np.array(
        [
            np.histogram(ordered.index[ordered[column].astype(str) == level], edges)[0] / np.maximum(sizes, 1)
            for column, level in levels
        ]
    )
    # Against the level's own usual share, so that rare levels are seen as well as common ones.
    shares /= np.maximum(shares.max(axis=1, keepdims=True), 1e-12)
    axes.pcolormesh(edges, np.arange(len(levels) + 1) - 0.5, shares, cmap="Blues", vmin=0, vmax=1, rasterized=True)
    labels = [_level_name(column, level) for column, level in levels]
    axes.set_yticks(range(len(levels)), labels, fontsize=7.5)
    axes.set_ylim(len(levels) - 0.5, -0.5)
    starts = [row for row in range(1, len(levels)) if levels[row][0] != levels[row - 1][0]]
    for start in starts:
        axes.axhline(start - 0.5, color=DARK, linewidth=0.7)
    axes.set_xlabel("specifications, sorted; below, the darker a band, the more of them make the choice")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(visible=False)


def _level_name(column: str, level: str) -> str:
    return f"{CHOICES[column]}: {level.removesuffix('.0')}"
