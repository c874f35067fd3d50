"""The metrics, which of them are smooth and which sharp, and the pairs that are compared: part of the plan."""

from dataclasses import dataclass

from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, LENGTHS, SEQUENCES

GROUP_SIZES = (6, 8, 10)
# Quantiles of the squared error (summed over 784 pixels) of a reference autoencoder, bottleneck 32, on a seed that the
# plan does not use.
CUTOFFS = {"q10": 14.20, "q50": 26.08, "q90": 39.13}


@dataclass(frozen=True)
class Metric:
    """One way to score the same outputs.

    Attributes:
        experiment: whose outputs.
        name: as in the tables.
        kind: `smooth`, a mean over single outputs; `sharp`, where several must be right at once or an error must lie
            below a cutoff; `control`, the log-loss.
        label: as in figures.
        is_loss: whether lower is better; such a curve is turned over.
    """

    experiment: str
    name: str
    kind: str
    label: str
    is_loss: bool = False


@dataclass(frozen=True)
class Pair:
    """Two metrics of the same outputs, compared seed by seed."""

    experiment: str
    smooth: str
    sharp: str
    is_primary: bool = False


METRICS = (
    Metric(IMAGES, "accuracy", "smooth", "one image"),
    *(Metric(IMAGES, f"subset_accuracy_{size}", "sharp", f"{size} of {size}") for size in GROUP_SIZES),
    Metric(IMAGES, "groups_of_10", "sharp", "10 of 10, drawn"),
    Metric(IMAGES, "log_loss", "control", "log-loss", is_loss=True),
    Metric(AUTOENCODERS, "mean_squared_error", "smooth", "squared error", is_loss=True),
    *(Metric(AUTOENCODERS, f"reconstruction_{name}", "sharp", f"below {name}") for name in CUTOFFS),
    Metric(SEQUENCES, "image_accuracy", "smooth", "one image"),
    *(Metric(SEQUENCES, f"all_of_{length}", "sharp", f"all of {length}") for length in LENGTHS[1:]),
    Metric(SEQUENCES, "log_loss", "control", "log-loss", is_loss=True),
    Metric(ADDITION, "digit_accuracy", "smooth", "digits"),
    Metric(ADDITION, "token_edit_distance", "smooth", "edit distance", is_loss=True),
    Metric(ADDITION, "exact_match", "sharp", "whole sum"),
    Metric(ADDITION, "log_loss", "control", "log-loss", is_loss=True),
)
PAIRS = (
    Pair(IMAGES, "accuracy", "subset_accuracy_10", is_primary=True),
    Pair(AUTOENCODERS, "mean_squared_error", "reconstruction_q10", is_primary=True),
    Pair(SEQUENCES, "image_accuracy", "all_of_5", is_primary=True),
    Pair(ADDITION, "digit_accuracy", "exact_match", is_primary=True),
    Pair(IMAGES, "accuracy", "subset_accuracy_6"),
    Pair(IMAGES, "accuracy", "subset_accuracy_8"),
    Pair(IMAGES, "accuracy", "groups_of_10"),
    Pair(IMAGES, "log_loss", "accuracy"),
    Pair(AUTOENCODERS, "mean_squared_error", "reconstruction_q50"),
    Pair(AUTOENCODERS, "mean_squared_error", "reconstruction_q90"),
    Pair(SEQUENCES, "image_accuracy", "all_of_3"),
    Pair(SEQUENCES, "log_loss", "image_accuracy"),
    Pair(ADDITION, "token_edit_distance", "exact_match"),
    Pair(ADDITION, "log_loss", "digit_accuracy"),
)
