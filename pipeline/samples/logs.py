"""Logs of examples, scored: one, or several at once on all cores or a cluster, each kept and not scored again."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from io import BytesIO
from itertools import count
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd

from pipeline.core import files, freshness, parallel
from pipeline.core.errors import PipelineError
from pipeline.core.parallel import Part, Work
from pipeline.samples import reading
from pipeline.samples.gathering import Group
from pipeline.samples.reading import NO_FILTER, Example, SetAside
from pipeline.samples.scored import Check, Examples, Filtered, Score, Scored

# Of one filter; ten metrics of them take 52 MB.
MOST_KEPT = 1_000_000
MOST_FILTERS = 16


def score_file(path: Path, *, keep_going: bool = False, most_kept: int = MOST_KEPT) -> Scored:
    """Score a log.

    Args:
        path: the log.
        keep_going: count a line that holds no example as set aside, rather than to stop there.
        most_kept: with more examples than this under one filter, none of their values are kept.

    Raises:
        PipelineError: the file is not named like a log, cannot be read, or is empty, or a line holds no example and
            `keep_going` is not set.
    """
    name = reading.name_of(path)
    groups: dict[str, Group] = {}
    set_aside: Counter[str] = Counter()
    for line in reading.read(path):
        reason = line.reason if isinstance(line, SetAside) else _take(line, groups, most_kept)
        if reason and not keep_going:
            raise PipelineError(
                f"{path}: line {line.line} {reason}. Next: write the log anew, "
                "or run with KEEP_GOING=1 to leave such lines out and count them."
            )
        if reason:
            set_aside[reason] += 1
    filters = tuple(group.finished(name) for name, group in sorted(groups.items()) if group.rows)
    rows = sum(found.rows for found in filters) + set_aside.total()
    if not rows:
        raise PipelineError(f"{path}: is empty. Next: write the log anew, or delete it.")
    return Scored(name.task, name.time, rows, dict(sorted(set_aside.items())), filters)


def _take(example: Example, groups: dict[str, Group], most_kept: int) -> str:
    """Add an example to those of its filter, or say why not."""
    for name in [example.filter] if example.filter else _unnamed():
        if name not in groups and len(groups) == MOST_FILTERS:
            return f"is of more than {MOST_FILTERS} filters"
        group = groups.get(name) or groups.setdefault(name, Group(most_kept))
        if example.doc_id not in group.seen:
            return group.add(example)
    return "holds an example that stood before, under the same filter"


def _unnamed() -> Iterator[str]:
    """The names of filters that a log does not name: each has every example once, one filter after the other."""
    yield NO_FILTER
    for number in count(2):
        yield f"{NO_FILTER} ({number})"


def score_files(
    paths: Sequence[Path], work: Work, *, keep_going: bool = False, most_kept: int = MOST_KEPT
) -> list[Scored]:
    """Score several logs: the same on any number of workers. On a cluster, its workers must find the logs too.

    Args:
        paths: the logs.
        work: how it is done, and where finished logs are kept.
        keep_going: as for `score_file`.
        most_kept: as for `score_file`.

    Returns:
        One for each path, in their order.

    Raises:
        PipelineError: as for `score_file`, or the work cannot be done so.
    """
    options = f"{freshness.code_key(__name__)} {keep_going} {most_kept}"
    parts = []
    for path in paths:
        key = hashlib.sha256(f"{options} {path.name} {files.sha256(path)}".encode()).hexdigest()
        arguments = (path.resolve(), keep_going, most_kept)
        parts.append(Part(work.folder / f"{key}.parquet", make_part, arguments, path.stat().st_size))
    # A copy of a log is the same part, which is made once.
    once = list({part.path: part for part in parts}.values())
    parallel.ensure(once, workers=work.workers, label="samples", unit="B", scheduler=work.scheduler)
    return [from_frame(frame) for frame in parallel.read_each(parts)]


def make_part(path: Path, keep_going: bool, most_kept: int) -> pd.DataFrame:
    """A scored log as one row: all but the values of examples as JSON, and these as arrays in numpy's format."""
    scored = score_file(path, keep_going=keep_going, most_kept=most_kept)
    arrays = {
        f"{number} {name}": values
        for number, found in enumerate(scored.filters)
        if found.examples is not None
        for name, values in vars(found.examples).items()
        if values is not None
    }
    lean = replace(scored, filters=tuple(replace(found, examples=None) for found in scored.filters))
    with BytesIO() as content:
        np.savez(content, **arrays)
        return pd.DataFrame({"summary": [orjson.dumps(asdict(lean)).decode()], "arrays": [content.getvalue()]})


def from_frame(frame: pd.DataFrame) -> Scored:
    """The scored log that `make_part` made a row of."""
    summary = orjson.loads(frame["summary"].iloc[0])
    with np.load(BytesIO(frame["arrays"].iloc[0]), allow_pickle=False) as arrays:
        filters = tuple(_filtered(number, found, arrays) for number, found in enumerate(summary["filters"]))
    return Scored(**summary | {"filters": filters})


def _filtered(number: int, found: dict[str, Any], arrays: Any) -> Filtered:  # noqa: ANN401 - numpy's own kind of mapping
    own = {name: arrays[f"{number} {name}"] for name in ("doc_id", "key", "values") if f"{number} {name}" in arrays}
    scores = tuple(Score(**score | {"standard_error": _number(score["standard_error"])}) for score in found["scores"])
    checks = tuple(Check(**check) for check in found["checks"])
    examples = Examples(own["doc_id"], own.get("key"), own["values"]) if own else None
    return Filtered(**found | {"scores": scores, "checks": checks, "examples": examples})


def _number(value: float | None) -> float:
    # JSON has no NaN.
    return nan if value is None else value
