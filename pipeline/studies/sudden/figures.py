"""Late gains one by one, and what the tests find of planted jumps. Frames in, a figure out."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from pipeline.core.plotting import ACCENT, DARK, FORECAST, MUTED, mark_forecast, shortened, size_axis, small_multiples
from pipeline.core.sample_sizes import CLASSES

COLUMNS = 4
COLOURS = dict(zip(CLASSES, ("#cbd5e1", "#94a3b8", "#60a5fa", "#1d4ed8"), strict=True))
TESTS = {
    "broken": ("upper half", "broken: a jump in the upper half"),
    "without_1_upper": ("last", "late gain: a jump at the largest model"),
}


def draw_late_gains(points: pd.DataFrame) -> Figure | None:
    """Curves with a late gain: scores with intervals, the smooth model, and the forecast made without the largest.

    Args:
        points: the table `late_gain_points`.
    """
    if points.empty:
        return None
    curves = [part for _, part in points.groupby("curve_id", sort=False)]
    figure = small_multiples(curves, _draw_curve, columns=COLUMNS, height=2.1)
    for axes in figure.axes[::COLUMNS]:
        axes.set_ylabel("score", fontsize=8)
    figure.supxlabel(points["scale_name"].iloc[0], fontsize=9)
    return figure


def _draw_curve(axes: Axes, part: pd.DataFrame) -> None:
    one = part.iloc[0]
    axes.vlines(part["scale"], part["score_low"], part["score_high"], color=MUTED, linewidth=1.8, alpha=0.8)
    axes.plot(part["scale"], part["score_at"], "o", color=DARK, markersize=3)
    axes.plot(part["scale"], part["fitted"], color=FORECAST, linewidth=0.9)
    last = part.iloc[-1]
    mark_forecast(axes, last["scale"], one["predicted"], one["low"], one["high"])
    axes.plot(last["scale"], last["score_at"], "o", color=ACCENT, markersize=5)
    size_axis(axes)
    axes.set_title(f"{shortened(str(one['task']))}\n{one['family']}, n = {one['n_test']:.0f}", fontsize=8)
    axes.tick_params(labelsize=7)


def draw_power(power: pd.DataFrame) -> Figure | None:
    """The share of planted jumps that are found, by size of jump and of test set.

    Args:
        power: the table `power`.
    """
    if power.empty:
        return None
    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    for axes, (test, (place, title)) in zip(figure.subplots(1, 2, sharey=True), TESTS.items(), strict=True):
        own = power[(power["test"] == test) & (power["place"] == place)]
        for name in CLASSES:
            line = own[own["n_test_class"] == name].sort_values("jump")
            axes.fill_between(line["jump"], line["low"], line["high"], color=COLOURS[name], alpha=0.2, linewidth=0)
            axes.plot(
                line["jump"], line["found"], "o-", color=COLOURS[name], markersize=4, label=f"{name} test examples"
            )
        axes.axhline(0.05, color=MUTED, linewidth=1, linestyle=":")
        axes.set(title=title, xlabel="planted jump in score", ylim=(-0.02, 1.02))
        axes.set_xticks(np.arange(0.1, 0.51, 0.1))
        axes.yaxis.set_major_formatter(PercentFormatter(1))
    figure.axes[0].set_ylabel("found at 5 %")
    figure.axes[0].legend(frameon=False, fontsize=9)
    return figure
