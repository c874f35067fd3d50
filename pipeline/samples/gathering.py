"""Examples, one at a time -> their means, and their values as float32 up to a number of examples.

Means are taken batch by batch, so that memory does not grow with a log.
"""

from collections import Counter
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.samples import metrics, outputs
from pipeline.samples.reading import Example, UnusableError
from pipeline.samples.scored import LOGGED, RECOMPUTED, Check, Examples, Filtered, Score

BATCH = 4_096
MOST_METRICS = 100
# Between a number and the same number as the log spells it.
SAME = 1e-6
BLOCK = 1 << 16
# The origin of a metric and its name.
Column = tuple[str, str]
Floats = npt.NDArray[np.float64]


class Row(NamedTuple):
    """One example: its place and key, and its metrics by origin and name."""

    doc_id: int
    key: int | None
    values: dict[Column, float]


class Seen:
    """Which examples there were, at one bit each."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytearray] = {}

    def __contains__(self, doc_id: int) -> bool:
        block = self.blocks.get(doc_id // BLOCK)
        return block is not None and bool(block[doc_id % BLOCK // 8] >> doc_id % 8 & 1)

    def add(self, doc_id: int) -> None:
        """Note an example."""
        block = self.blocks.setdefault(doc_id // BLOCK, bytearray())
        if not block:
            block.extend(bytes(BLOCK // 8))
        block[doc_id % BLOCK // 8] |= 1 << doc_id % 8


class Moments:
    """Number, mean and sum of squares about it, one batch at a time (Chan, Golub and LeVeque 1983)."""

    def __init__(self) -> None:
        self.n, self.mean, self.squares, self.is_binary = 0, 0.0, 0.0, True

    def add(self, values: Floats) -> None:
        """Add a batch; NaN is no value."""
        values = values[~np.isnan(values)]
        if not len(values):
            return
        n, mean = self.n + len(values), float(values.mean())
        off = mean - self.mean
        self.squares += float(((values - mean) ** 2).sum()) + off * off * self.n * len(values) / n
        self.mean += off * len(values) / n
        self.n = n
        self.is_binary = self.is_binary and bool(np.isin(values, (0.0, 1.0)).all())

    def score(self, origin: str, metric: str) -> Score:
        """The metric over all batches."""
        error = sqrt(self.squares / (self.n - 1) / self.n) if self.n > 1 else nan
        own = metrics.METRICS.get(metric) if origin == RECOMPUTED else None
        direction = own.higher_is_better if own else None
        return Score(origin, metric, self.n, self.mean, error, self.is_binary, direction)


class Comparison:
    """One metric as it is computed here and as it is logged, one batch at a time."""

    def __init__(self) -> None:
        self.own, self.logged, self.differing = Moments(), Moments(), 0

    def add(self, own: Floats, logged: Floats) -> None:
        """Add a batch; only examples with both values count."""
        gaps = own - logged
        self.own.add(np.where(np.isnan(gaps), nan, own))
        self.logged.add(np.where(np.isnan(gaps), nan, logged))
        self.differing += int((np.abs(gaps) > SAME).sum())

    def check(self, metric: str) -> Check:
        """The comparison over all batches."""
        harness = metrics.METRICS[metric].harness
        return Check(metric, harness, self.own.n, self.differing, self.own.mean, self.logged.mean)


class Group:
    """The examples of one filter, as they come."""

    def __init__(self, most_kept: int) -> None:
        self.most_kept = most_kept
        self.rows = self.inferred = 0
        self.seen = Seen()
        self.not_rescored: Counter[str] = Counter()
        self.moments: dict[Column, Moments] = {}
        self.comparisons: dict[str, Comparison] = {}
        self.batch: list[Row] = []
        self.kept: list[Examples] = []

    def add(self, example: Example) -> str:
        """Add an example, or say why not."""
        own, reason, is_inferred = _rescored(example)
        values = {(RECOMPUTED, name): value for name, value in own.items()}
        values |= {(LOGGED, name): value for name, value in example.logged.items()}
        for column in values.keys() - self.moments.keys():
            if len(self.moments) == MOST_METRICS:
                return f"is of a filter with more than {MOST_METRICS} metrics"
            self.moments[column] = Moments()
        self.seen.add(example.doc_id)
        self.rows += 1
        self.inferred += is_inferred
        if reason:
            self.not_rescored[reason] += 1
        self.batch.append(Row(example.doc_id, example.key, values))
        if len(self.batch) == BATCH:
            self._count()
        return ""

    def _count(self) -> None:
        """Count a batch, and keep its values while there are few."""
        columns = {column: np.array([row.values.get(column, nan) for row in self.batch]) for column in self.moments}
        for column, values in columns.items():
            self.moments[column].add(values)
        for name, metric in metrics.METRICS.items():
            own, logged = columns.get((RECOMPUTED, name)), columns.get((LOGGED, metric.harness))
            if own is not None and logged is not None:
                self.comparisons.setdefault(name, Comparison()).add(own, logged)
        if self.rows <= self.most_kept:
            keys = [row.key for row in self.batch]
            self.kept.append(
                Examples(
                    np.array([row.doc_id for row in self.batch], np.int32),
                    np.array(keys, np.uint64) if None not in keys else None,
                    np.array(list(columns.values()), np.float32).reshape(len(columns), -1),
                )
            )
        else:
            self.kept = []
        self.batch = []

    def finished(self, name: str) -> Filtered:
        """All of them, under the name of their filter."""
        self._count()
        found = {column: moments for column, moments in self.moments.items() if moments.n}
        order = sorted(found, key=lambda column: (column[0] == LOGGED, column[1]))
        return Filtered(
            name,
            self.rows,
            self.rows - self.not_rescored.total(),
            dict(sorted(self.not_rescored.items())),
            self.inferred,
            tuple(found[column].score(*column) for column in order),
            tuple(own.check(metric) for metric, own in sorted(self.comparisons.items()) if own.own.n),
            self._examples(order) if self.rows <= self.most_kept else None,
        )

    def _examples(self, order: list[Column]) -> Examples:
        """What was kept, as one; metrics that came late are missing from the first batches."""
        doc_id = np.concatenate([kept.doc_id for kept in self.kept])
        keys = [kept.key for kept in self.kept if kept.key is not None]
        values = np.full((len(self.moments), len(doc_id)), nan, np.float32)
        start = 0
        for kept in self.kept:
            columns, size = kept.values.shape
            values[:columns, start : start + size] = kept.values
            start += size
        sort = np.argsort(doc_id)
        key = np.concatenate(keys)[sort] if len(keys) == len(self.kept) else None
        places = list(self.moments)
        return Examples(doc_id[sort], key, values[[places.index(column) for column in order]][:, sort])


def _rescored(example: Example) -> tuple[dict[str, float], str, bool]:
    """The metrics of an example's outputs, why there are none, and whether its right choice is inferred."""
    try:
        found = outputs.outputs_of(example)
        own = metrics.score(found)
    except UnusableError as error:
        return {}, str(error), False
    return own, "", isinstance(found, outputs.Choices) and found.is_inferred
