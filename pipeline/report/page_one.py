"""The figure of the first page: why a curve can look emergent, on one curve for each reason, and how many there are."""

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.plotting import ACCENT, DARK, FORECAST, MUTED, mark_forecast, size_axis
from pipeline.core.study import Frame
from pipeline.studies.theory.curves import BIG_G_PARAMS
from pipeline.studies.theory.model import Array, accuracy, token_edit_distance, token_loss, token_probability

TOKENS = 5
LINE = np.geomspace(2e6, 1.5e11, 200)
LATE_GAIN = "late gain"
TITLES = {
    "small test set": "Too few examples",
    "guessing": "Guessing",
    LATE_GAIN: "A sudden gain",
}
WAYS = ("", "One way", "Two ways", "Three ways")
# What the E-emergent curves are, from what is no gain to what is: label, kinds, colour of the bar and of its text.
BARS = (
    ("span one test example\nat most", ("spans one example at most",), "#64748b", "#ffffff"),
    ("at chance,\nor falling", ("at chance", "ends at its lowest score", "falls"), "#94a3b8", DARK),
    ("same models at\nanother T", ("temperature copy",), "#cbd5e1", DARK),
    ("other ({under_ten:,} of them on\nfewer than ten examples)", ("other",), "#e2e8f0", DARK),
    (LATE_GAIN, (LATE_GAIN,), ACCENT, ACCENT),
)


def title(kinds: Collection[str]) -> str:
    """What the figure shows, where there are curves of these kinds; the paper's model is always the first panel."""
    ways = 1 + len(set(kinds) - {LATE_GAIN})
    shown = f"{WAYS[ways]} to look emergent without a sudden gain"
    return f"{shown}, and one sudden gain" if LATE_GAIN in kinds else shown


def draw(frame: Frame) -> Figure:
    """One panel per kind of curve, and the kinds of E-emergent curves below."""
    points, counts = frame("from example_curves order by number, position"), frame("from false_alarms order by number")
    kinds = [kind for kind in TITLES if kind in set(points["kind"])]
    figure = Figure(figsize=(11, 5.4), layout="constrained")
    upper, lower = np.asarray(figure.subfigures(2, 1, height_ratios=[3.2, 1]))
    panels = upper.subplots(1, 1 + len(kinds), sharey=False)
    _draw_model(panels[0])
    for axes, kind in zip(panels[1:], kinds, strict=True):
        _draw_curve(axes, points[points["kind"] == kind], kind)
    panels[0].set_ylabel("score")
    upper.suptitle(title(kinds), weight="bold", fontsize=11)
    upper.supxlabel("effective parameters", fontsize=9)
    _draw_kinds(lower.subplots(), counts)
    return figure


def _draw_model(axes: Axes) -> None:
    """The paper's model: all of five tokens right, and the share of tokens that are."""
    grid = np.array(BIG_G_PARAMS, dtype=float)
    curves: tuple[tuple[str, str, float, Callable[[Array], Array]], ...] = (
        (FORECAST, "tokens right", 0.62, lambda p: 1 - token_edit_distance(p, TOKENS) / TOKENS),
        (ACCENT, "all five right", 0.28, lambda p: accuracy(p, TOKENS)),
    )
    for colour, told, height, score in curves:
        axes.plot(LINE, score(token_probability(token_loss(LINE))), color=colour, linewidth=1, alpha=0.6)
        axes.plot(grid, score(token_probability(token_loss(grid))), "o", color=colour, markersize=3.5)
        axes.text(2.2e6, height, told, color=colour, fontsize=9)
    _finish(axes, "A sharp metric", "the paper's model: one smooth\nfamily under two metrics")


def _draw_curve(axes: Axes, part: pd.DataFrame, kind: str) -> None:
    one, last = part.iloc[0], part.iloc[-1]
    chance = float(one["chance"])
    axes.vlines(part["scale"], part["low"], part["high"], color=MUTED, linewidth=2.5, alpha=0.8)
    axes.plot(part["scale"], part["fitted"], color=FORECAST, linewidth=1.2)
    if kind == LATE_GAIN:
        mark_forecast(axes, last["scale"], one["predicted"], one["forecast_low"], one["forecast_high"])
        axes.text(last["scale"], one["forecast_high"] + 0.04, "forecast  ", color=FORECAST, ha="right", fontsize=9)
    if chance > 0:
        axes.axhline(chance, color=DARK, linewidth=0.8, linestyle=":")
        axes.text(part["scale"].min(), chance - 0.17, "chance level", fontsize=9)
    axes.plot(part["scale"], part["score"], "o", color=DARK, markersize=3.5)
    axes.plot(last["scale"], last["score"], "o", color=ACCENT, markersize=5.5)
    score = "infinite" if np.isinf(one["emergence_score"]) else f"{one['emergence_score']:.3g}"
    name = str(one["task"]).replace("_", " ")
    _finish(axes, TITLES[kind], f"{_cut(name)}\n{one['family']}, n = {one['n_test']:,}, E = {score}")


def _cut(name: str, most: int = 30) -> str:
    return name if len(name) <= most else name[: most - 3] + "..."


def _finish(axes: Axes, title: str, told: str) -> None:
    axes.set_title(title, pad=30)
    axes.text(0, 1.03, told, transform=axes.transAxes, fontsize=8.5, va="bottom")
    size_axis(axes)
    axes.set(xlim=(1e6, 4e11), ylim=(-0.03, 1.03))


def _draw_kinds(axes: Axes, kinds: pd.DataFrame) -> None:
    start, total = 0, int(kinds["curves"].sum())
    for label, names, colour, ink in BARS:
        own = kinds[kinds["kind"].isin(names)][["curves", "under_ten"]].sum()
        curves = int(own["curves"])
        if not curves:
            continue
        axes.barh(0, curves, left=start, color=colour, height=0.9)
        is_wide = label != LATE_GAIN
        axes.text(
            start + curves / 2 if is_wide else total, 0 if is_wide else 0.52,
            f"{curves:,}{chr(10) if is_wide else ' '}{label.format(under_ten=int(own['under_ten']))}",
            ha="center" if is_wide else "right", va="center" if is_wide else "bottom", fontsize=8.5, color=ink,
        )  # fmt: skip
        start += curves
    axes.set(ylim=(-0.5, 0.75), xlim=(0, total))
    axes.set_title(f"What the {total:,} tested curves are that E calls emergent")
    axes.axis("off")
