"""The metrics of the experiments: which are smooth, which are sharp, decided before any network was trained."""

from dataclasses import dataclass

from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES

GROUP_SIZES = (1, 3, 5, 10)
GROUPS = 1_000
CUTOFFS = (0.25, 0.5, 1.0)
SAMPLED, EXPECTED = "sampled", "expected"


@dataclass(frozen=True)
class Metric:
    """One way to score the same outputs.

    Attributes:
        experiment: whose outputs.
        name: as in the tables.
        is_smooth: whether a small change of each output changes the score a little: the mean over single outputs,
            not over outputs that must all be right or close enough.
        higher_is_better: curves of the others are turned over before their emergence score is computed, so that a
            positive one always means "better with scale".
    """

    experiment: str
    name: str
    is_smooth: bool
    higher_is_better: bool = True


def subset_accuracy(group_size: int) -> str:
    """The metric's name: all images of a group right; `accuracy` for groups of one."""
    return "accuracy" if group_size == 1 else f"subset_accuracy_{group_size}"


def reconstruction(cutoff: float) -> str:
    """The metric's name: share of images with a squared error below the cutoff."""
    return f"reconstruction_{cutoff:g}"


METRICS = (
    *(Metric(IMAGES, subset_accuracy(size), is_smooth=size == 1) for size in GROUP_SIZES),
    Metric(AUTOENCODERS, "mean_squared_error", is_smooth=True, higher_is_better=False),
    *(Metric(AUTOENCODERS, reconstruction(cutoff), is_smooth=False) for cutoff in CUTOFFS),
    Metric(ADDITION, "token_edit_distance", is_smooth=True, higher_is_better=False),
    Metric(ADDITION, "digit_accuracy", is_smooth=True),
    Metric(ADDITION, "exact_match", is_smooth=False),
)
