"""The paper's Figures 2 to 4, from the formulae and from simulated answers. Frames in, a figure out."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.core.plotting import ACCENT, DARK, MUTED, size_axis
from pipeline.studies.theory.arithmetic import LENGTHS, OPERATIONS
from pipeline.studies.theory.curves import BIG_G_PARAMS, Drawn
from pipeline.studies.theory.model import accuracy, token_edit_distance, token_loss, token_probability

SMOOTH = "#1d4ed8"
LINE_PARAMS = np.geomspace(1e6, 1e12, 400)
FIGURE_3_PARAMS = np.geomspace(8e7, 3e11, 300)
PANELS_2 = {
    "token_loss": ("A  Loss of a token", "nats"),
    "token_probability": ("B  Token probability", "probability"),
    "accuracy": ("C  Accuracy, 5 tokens", "share of answers"),
    "multiple_choice_grade": ("D  Multiple choice grade, 2 choices", "share of questions"),
    "token_edit_distance": ("E  Token edit distance, 5 tokens", "tokens to change"),
    "brier": ("F  Brier score, 2 choices", "squared error"),
}
SHARP = ("accuracy", "multiple_choice_grade")
N_SHOWN = (20, 500, 20_000)
# Points without a right answer, which a logarithmic axis cannot place, stand in a band below this.
UNSEEN_BELOW = 4e-6


def draw_figure_2(curves: pd.DataFrame) -> Figure:
    """One smooth model under six metrics.

    Args:
        curves: what `curves.tabulate` gives; each panel prints the emergence score of its curve on BIG-G's
            scales, the points, and on as many between 1e8 and 1e12.
    """
    figure = Figure(figsize=(10.5, 6), layout="constrained")
    own = curves[curves["figure"] == "2"].set_index(["metric", "grid"])["emergence_score"]
    for axes, (metric, (title, unit)) in zip(figure.subplots(2, 3).flat, PANELS_2.items(), strict=True):
        curve = Drawn("2", metric, 5 if metric in ("accuracy", "token_edit_distance") else 1)
        colour = ACCENT if metric in SHARP else SMOOTH
        axes.plot(LINE_PARAMS, curve.score(LINE_PARAMS), color=colour, linewidth=1.2, alpha=0.7)
        axes.plot(BIG_G_PARAMS, curve.score(np.array(BIG_G_PARAMS, dtype=float)), "o", color=colour, markersize=4)
        here, upper = _number(own[metric, "BIG-G"]), _number(own[metric, "upper"])
        scores = axes.text(0, 1.03, f"E = {here}; at 12 sizes from 1e8 to 1e12: {upper}", transform=axes.transAxes)
        scores.set(fontsize=8.5, color=DARK, in_layout=False)
        axes.set_title(title, pad=20)
        size_axis(axes)
        axes.set_ylabel(unit)
    for axes in figure.axes[3:]:
        axes.set_xlabel("parameters")
    figure.axes[0].set_yscale("log")
    figure.suptitle(
        "The same smooth models: sudden under two metrics (red), smooth under four", weight="bold", fontsize=11
    )
    return figure


def draw_figure_3(curves: pd.DataFrame, answers: pd.DataFrame) -> Figure:
    """Accuracy and token edit distance by target length: the formulae, and simulated answers to the same formulae.

    Args:
        curves: what `curves.tabulate` gives.
        answers: what `arithmetic.tabulate` gives, of which the largest test set is drawn.
    """
    figure = Figure(figsize=(10.5, 6.2), layout="constrained")
    grid = figure.subplots(2, 3, sharex=True, sharey="row")
    largest = answers[answers["n_test"] == answers["n_test"].max()]
    model = curves[(curves["figure"] == "3") & (curves["grid"] == "GPT")].set_index(["metric", "length"])
    scores = model["emergence_score"]
    p = token_probability(token_loss(FIGURE_3_PARAMS))
    for row, metric, column in ((0, "accuracy", "accuracy"), (1, "token_edit_distance", "edit_distance")):
        formula = accuracy if metric == "accuracy" else token_edit_distance
        for colour, length in zip(_colours(), LENGTHS, strict=True):
            grid[row, 0].plot(
                FIGURE_3_PARAMS, formula(p, length), color=colour,
                label=f"{length}:  {_number(scores[metric, length])}",
            )  # fmt: skip
            for axes, operation in zip(grid[row, 1:], OPERATIONS, strict=True):
                own = largest[(largest["operation"] == operation) & (largest["length"] == length)]
                score = own[f"{column}_emergence_score"].iloc[0]
                axes.plot(FIGURE_3_PARAMS, formula(p, length), color=colour, linewidth=0.8, alpha=0.5)
                axes.plot(
                    own["params"], own[column], "o", color=colour, markersize=4, label=f"{length}:  {_number(score)}"
                )
        for axes in grid[row]:
            axes.legend(
                title="digits:  E", loc="upper left" if row == 0 else "upper right", fontsize=8, title_fontsize=8
            )
    n = f"{largest['n_test'].iloc[0]:,}"
    grid[0, 0].set(title="The model, E at the same sizes", ylabel="accuracy", xscale="log", ylim=(-0.03, 1.03))
    for axes, operation in zip(grid[0, 1:], OPERATIONS, strict=True):
        axes.set_title(f"Simulated {operation}, n = {n}")
    grid[1, 0].set_ylabel("token edit distance, digits")
    for axes in grid[1]:
        axes.set_xlabel("parameters")
    return figure


def draw_figure_4(answers: pd.DataFrame) -> Figure:
    """Accuracy on a logarithmic axis at three test sizes: what a small test set shows as zero.

    Args:
        answers: what `arithmetic.tabulate` gives.
    """
    figure = Figure(figsize=(10.5, 4.2), layout="constrained")
    p = token_probability(token_loss(FIGURE_3_PARAMS))
    panels = figure.subplots(1, len(N_SHOWN), sharey=True)
    for axes, n_test in zip(panels, N_SHOWN, strict=True):
        for colour, length in zip(_colours(), LENGTHS, strict=True):
            axes.plot(FIGURE_3_PARAMS, accuracy(p, length), color=colour, linewidth=0.9, alpha=0.6)
            own = answers[(answers["n_test"] == n_test) & (answers["length"] == length)]
            for marker, operation in zip("os", OPERATIONS, strict=True):
                _draw_resolved(axes, own[own["operation"] == operation], marker, colour)
        axes.axhline(1 / n_test, color=DARK, linestyle="--", linewidth=0.9)
        axes.text(3e11, 1 / n_test / 1.25, f"resolution 1/{n_test:,}", ha="right", va="top", fontsize=8, color=DARK)
        none = answers[answers["n_test"] == n_test]["accuracy"].eq(0).mean()
        axes.set(xscale="log", yscale="log", xlabel="parameters", ylim=(1.2e-7, 1.5))
        axes.axhspan(1e-7, UNSEEN_BELOW, color=MUTED, alpha=0.25, linewidth=0)
        axes.text(3e11, 3e-7, "no right answer", ha="right", fontsize=8, color=DARK)
        axes.set_title(f"n = {n_test:,}: {none:.0%} of points are zero")
    panels[0].set_ylabel("accuracy")
    panels[0].set_yticks(10.0 ** np.arange(-5, 1))
    handles = [
        Line2D([], [], color=colour, label=f"{length} digit" + "s" * (length > 1))
        for colour, length in zip(_colours(), LENGTHS, strict=True)
    ]
    handles += [
        Line2D([], [], color=MUTED, marker=marker, linestyle="", label=operation)
        for marker, operation in zip("os", OPERATIONS, strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=7, frameon=False)
    return figure


def _draw_resolved(axes: Axes, points: pd.DataFrame, marker: str, colour: str) -> None:
    seen = points[points["accuracy"] > 0]
    axes.plot(seen["params"], seen["accuracy"], marker, color=colour, markersize=4)
    unseen = points[points["accuracy"] == 0]
    # One row per length, so that no point hides another.
    heights = np.geomspace(2e-7, UNSEEN_BELOW / 1.6, len(LENGTHS))[unseen["length"].to_numpy() - 1]
    axes.plot(unseen["params"], heights, marker, color=colour, fillstyle="none", markersize=5)


def _colours() -> list[str]:
    return list(sns.color_palette("crest", len(LENGTHS)).as_hex())


def _number(score: float) -> str:
    if np.isinf(score):
        return "∞" if score > 0 else "−∞"
    return f"{score:.3g}".replace("-", "−")
