"""What a log was found to hold: of each filter and metric the mean over the examples, and their values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RECOMPUTED, LOGGED = "recomputed", "logged"
Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Score:
    """A metric over the examples that have it.

    Attributes:
        origin: `recomputed` here from the outputs, or `logged` by the harness.
        metric: its name.
        n: examples.
        mean: over them.
        standard_error: of the mean: sqrt(s^2 / n), with s^2 the sample variance; NaN for one example.
        is_binary: whether every value is 0 or 1.
        higher_is_better: none where only the file of results can say.
    """

    origin: str
    metric: str
    n: int
    mean: float
    standard_error: float
    is_binary: bool
    higher_is_better: bool | None


@dataclass(frozen=True)
class Check:
    """A metric that both are able to compute: here from the outputs, and the harness.

    `differing` of the `n` examples have two values; the means are over all n.
    """

    metric: str
    logged_metric: str
    n: int
    differing: int
    mean: float
    logged_mean: float


@dataclass(frozen=True, eq=False)
class Examples:
    """Values of single examples, in the order of `doc_id`.

    Attributes:
        doc_id: (n,), int32.
        key: (n,), uint64, of the example's text; none where some line has no hash.
        values: (scores, n), float32, in the order of the scores of the filter; NaN where an example lacks one.
    """

    doc_id: npt.NDArray[np.int32]
    key: npt.NDArray[np.uint64] | None
    values: Values


@dataclass(frozen=True)
class Filtered:
    """The examples of a log under one filter: rows = rescored + those not rescored, by reason.

    Attributes:
        filter: its name. Older logs have none: there it is `none`, and `none (2)` where an example comes again.
        rows: lines.
        rescored: lines whose metrics were computed from the outputs.
        not_rescored: lines of which only the harness's metrics are used, by reason.
        inferred: rescored lines whose right choice, of two, follows from the harness's accuracy alone.
        scores: one for each metric.
        checks: of what both compute.
        examples: their values, or none where there are too many.
    """

    filter: str
    rows: int
    rescored: int
    not_rescored: dict[str, int]
    inferred: int
    scores: tuple[Score, ...]
    checks: tuple[Check, ...]
    examples: Examples | None

    def values(self, metric: str, origin: str = RECOMPUTED) -> Values:
        """The values of one metric, one for each example.

        Raises:
            KeyError: there is no such metric, or the examples were not kept.
        """
        for row, score in enumerate(self.scores):
            if (score.origin, score.metric) == (origin, metric) and self.examples is not None:
                found: Values = self.examples.values[row]
                return found
        raise KeyError((origin, metric))


@dataclass(frozen=True)
class Scored:
    """What a log holds: rows = the rows of all filters + those set aside, by reason."""

    task: str
    time: str
    rows: int
    set_aside: dict[str, int]
    filters: tuple[Filtered, ...]
