"""Scores and emergence scores -> pictures: the smooth metric beside the sharp ones, of the same networks."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pipeline.core.plotting import ACCENT, DARK, MUTED
from pipeline.core.wording import number
from pipeline.studies.networks import sums
from pipeline.studies.networks.metrics import CUTOFFS, EXPECTED, GROUP_SIZES, SAMPLED, reconstruction, subset_accuracy

# From smooth to sharp.
COLOURS = ("#1d4ed8", "#0f766e", "#7c3aed", ACCENT)
THIN = 0.25


def draw_images(scores: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Accuracy and subset accuracy of the convolutional networks against their width.

    Args:
        scores: `metric`, `estimator`, `size`, `seed`, `score`, `standard_error` of this experiment.
        curves: `metric`, `estimator`, `seed`, `emergence_score` of this experiment.
    """
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    smooth, sharp = figure.subplots(1, 2)
    names = [subset_accuracy(size) for size in GROUP_SIZES]
    _draw_families(smooth, scores, curves, [(names[0], EXPECTED, "K = 1", COLOURS[0])])
    labels = [f"K = {size}" for size in GROUP_SIZES]
    families = [(name, EXPECTED, label, colour) for name, label, colour in zip(names, labels, COLOURS, strict=True)]
    _draw_families(sharp, scores, curves, families[1:])
    for name, _, _, colour in families[1:]:
        _draw_resampled(sharp, scores[(scores["metric"] == name) & (scores["estimator"] == SAMPLED)], colour)
    sharp.plot([], [], "o", markersize=3.5, color=MUTED, label="seed 0, 1,000 groups, ± 2 s.e.")
    smooth.set(title="One image at a time", ylabel="accuracy", ylim=(0, 1.02))
    sharp.set(title="All K of K images right", ylabel="subset accuracy", ylim=(-0.02, 1.02))
    _finish((smooth, sharp), scores, "width of the network (channels)")
    return figure


def draw_autoencoders(scores: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Squared error and Reconstruction_c of the autoencoders against their bottleneck; arguments as `draw_images`."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    smooth, sharp = figure.subplots(1, 2)
    _draw_families(smooth, scores, curves, [("mean_squared_error", SAMPLED, "squared error", COLOURS[0])])
    families = [
        (reconstruction(cutoff), SAMPLED, f"c = {cutoff:g}", colour)
        for cutoff, colour in zip(reversed(CUTOFFS), COLOURS[1:], strict=True)
    ]
    _draw_families(sharp, scores, curves, families)
    smooth.set(title="Mean squared error (axis turned over)", ylabel="squared error of an image")
    smooth.set_ylim(bottom=0)
    smooth.invert_yaxis()
    sharp.set(title="Images with a squared error below c", ylabel="Reconstruction_c", ylim=(-0.02, 1.02))
    _finish((smooth, sharp), scores, "bottleneck of the autoencoder (units)")
    return figure


def draw_addition(scores: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Edit distance, digits and exact match of the transformers against their dimension, and exact match by test size.

    Args:
        scores: as in `draw_images`, with `test_size`.
        curves: as in `draw_images`, with `test_size`.
    """
    figure = Figure(figsize=(10, 8), layout="constrained")
    distance, digits, exact, by_size = figure.subplots(2, 2).flat
    largest = scores["test_size"].max()
    full, full_curves = scores[scores["test_size"] == largest], curves[curves["test_size"] == largest]
    _draw_families(distance, full, full_curves, [("token_edit_distance", SAMPLED, "edit distance", COLOURS[0])])
    _draw_families(digits, full, full_curves, [("digit_accuracy", SAMPLED, "digits", COLOURS[1])])
    _draw_families(exact, full, full_curves, [("exact_match", SAMPLED, "exact match", COLOURS[3])])
    _draw_test_sizes(by_size, scores[scores["metric"] == "exact_match"], curves[curves["metric"] == "exact_match"])
    distance.set(title="Token edit distance (axis turned over)", ylabel=f"tokens to mend, of {sums.ANSWER}")
    distance.set_ylim(bottom=0)
    distance.invert_yaxis()
    digits.set(title="Digits in their place", ylabel="share of digits", ylim=(0, 1.02))
    exact.set(title="Exact match", ylabel="share of sums", ylim=(-0.02, 1.02))
    _finish((distance, digits, exact, by_size), scores, "dimension of the embeddings")
    by_size.set(title="Exact match by size of the test set", ylabel="share of sums (logarithmic)")
    by_size.legend(loc="lower right", frameon=True, fontsize=8)
    figure.suptitle(f"Sums of two integers of up to four digits, {largest:,} of them held out", fontsize=10, color=DARK)
    return figure


def _draw_test_sizes(axes: Axes, scores: pd.DataFrame, curves: pd.DataFrame) -> None:
    """The median curve of every test size on an axis that shows what a larger one resolves."""
    medians = scores.groupby(["test_size", "size"], as_index=False)["score"].median()
    of_medians = curves[curves["seed"] == "median"].set_index("test_size")["emergence_score"]
    for (test_size, median), colour in zip(medians.groupby("test_size"), COLOURS, strict=False):
        name = f"n = {test_size:,}: {_shown(of_medians[test_size])}"
        axes.plot(median["size"], median["score"], color=colour, marker="o", markersize=4, label=name)
    axes.set_yscale("symlog", linthresh=1 / scores["test_size"].max(), linscale=0.5)
    axes.set_ylim(-0.2 / scores["test_size"].max(), 1.3)


def _draw_families(
    axes: Axes, scores: pd.DataFrame, curves: pd.DataFrame, families: Iterable[tuple[str, str, str, str]]
) -> None:
    """Thin lines for the seeds, a thick one for their median, and the emergence score of that in the legend."""
    for metric, estimator, label, colour in families:
        own = scores[(scores["metric"] == metric) & (scores["estimator"] == estimator)]
        wide = own.pivot_table(index="size", columns="seed", values="score")
        axes.plot(wide.index, wide.to_numpy(), color=colour, alpha=THIN, linewidth=0.9)
        chosen = (curves["metric"] == metric) & (curves["estimator"] == estimator) & (curves["seed"] == "median")
        (score,) = curves.loc[chosen, "emergence_score"]
        name = f"{label}: {_shown(score)}"
        axes.plot(wide.index, wide.median(axis=1), color=colour, marker="o", markersize=4, label=name)


def _draw_resampled(axes: Axes, sampled: pd.DataFrame, colour: str) -> None:
    first = sampled[sampled["seed"] == 0]
    axes.errorbar(
        first["size"], first["score"], yerr=2 * first["standard_error"], fmt="o", markersize=2.5, linewidth=0.9,
        color=colour, alpha=0.55, markerfacecolor="white",
    )  # fmt: skip


def _shown(score: float) -> str:
    if np.isnan(score):
        return "flat"
    return f"E = {number(score, 3)}".replace("-", "−")


def _finish(panels: Sequence[Axes], scores: pd.DataFrame, label: str) -> None:
    sizes = np.sort(scores["size"].unique())
    for axes in panels:
        axes.set_xscale("log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.tick_params(labelsize=8)
        axes.set_xlabel(label)
        axes.legend(loc="upper left", frameon=True, fontsize=8)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
