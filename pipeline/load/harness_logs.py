"""Logs of single examples beside harness results: the same outputs under more metrics, and models compared on examples.

A log, `samples_<task>_<time>.jsonl`, says nothing of its model: that is the one of the results file beside it with the
same time in its name.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pandas as pd

from pipeline.core.parallel import Work
from pipeline.core.wording import counted
from pipeline.load.harness_results import Value
from pipeline.samples.latent import correlate
from pipeline.samples.logs import score_files
from pipeline.samples.metrics import METRICS
from pipeline.samples.paired import compare, match
from pipeline.samples.reading import NAME, NO_FILTER, name_of
from pipeline.samples.scored import RECOMPUTED, Filtered, Scored

PAIR_COLUMNS = (
    "task", "shots", "metric", "model", "other_model", "n", "right", "other_right", "only_first", "only_second", "p",
    "r", "r_low", "r_high",
)  # fmt: skip


class Log(NamedTuple):
    """A scored log with one of the values of the results file that it belongs to."""

    path: str
    owner: Value
    scored: Scored


class Logs(NamedTuple):
    """What logs add to results.

    Attributes:
        logs: each with its results.
        values: of metrics that the results lack.
        notes: lines for the user.
        unread: logs that were not read, with the reason.
    """

    logs: list[Log]
    values: list[Value]
    notes: list[str]
    unread: dict[str, str]


def is_log(path: str) -> bool:
    """Whether a file is named like a log."""
    return NAME.fullmatch(PurePosixPath(path).name) is not None


def read(folder: Path, paths: Sequence[str], values: Sequence[Value], work: Work, *, keep_going: bool) -> Logs:
    """Score the logs among some files.

    Args:
        folder: what the paths start from.
        paths: of all files; those that are not named like a log are passed over.
        values: of the results files.
        work: how it is done.
        keep_going: leave out lines of a log that hold no example, and count them.

    Raises:
        PipelineError: a log cannot be used.
    """
    owners = _owners(values)
    found = {path: _owner(owners, path) for path in paths if is_log(path)}
    owned = {path: owner for path, owner in found.items() if owner is not None}
    scored = score_files([folder / path for path in owned], work, keep_going=keep_going)
    logs = [Log(path, owner, one) for (path, owner), one in zip(owned.items(), scored, strict=True)]
    known = {(value.path, value.task, value.metric) for value in values}
    unread = {
        path: "no results of its time beside it, so nobody knows whose outputs these are"
        for path, owner in found.items()
        if not owner
    }
    added = [value for log in logs for value in _values(log, known)]
    return Logs(logs, added, list(_notes(logs, added)), unread)


def _owners(values: Iterable[Value]) -> dict[str, list[Value]]:
    """The values of the results files of each folder."""
    owners: dict[str, list[Value]] = defaultdict(list)
    for value in values:
        owners[_folder(value.path)].append(value)
    return owners


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _owner(owners: dict[str, list[Value]], path: str) -> Value | None:
    """A value of the log's own results, of the same task where there is one: it knows the shots."""
    log, beside = name_of(Path(path)), owners.get(_folder(path), [])
    same = [value for value in beside if log.time in value.path]
    return next((value for value in same if value.task == log.task), same[0] if same else None)


def _values(log: Log, known: set[tuple[str, str, str]]) -> Iterable[Value]:
    """What the outputs score under metrics that the results file does not hold already."""
    for found in log.scored.filters:
        for score in found.scores:
            harness = METRICS[score.metric].harness if score.metric in METRICS else score.metric
            if score.origin != RECOMPUTED or (log.owner.path, log.scored.task, harness) in known:
                continue
            yield log.owner._replace(
                path=log.path,
                task=log.scored.task,
                is_aggregate=False,
                metric=score.metric,
                filter=None if found.filter == NO_FILTER else found.filter,
                score=score.mean,
                standard_error=score.standard_error if score.n > 1 else None,
                n_test=score.n if score.is_binary else None,
                higher_is_better=score.higher_is_better,
                chance=None,
                set_aside_because=None,
            )


def pairs(logs: Sequence[Log], models: pd.DataFrame) -> pd.DataFrame:
    """Each model and the next larger one of its family on the same examples of a task, asked in the same way.

    Args:
        logs: scored.
        models: `model`, `family`, `params` and `unknown`, which says why one can be placed in no family.

    Returns:
        PAIR_COLUMNS, one row per pair, task, shots and filter.
    """
    known = models[models["unknown"].isna()]
    families, params = (dict(zip(known["model"], known[name], strict=True)) for name in ("family", "params"))
    return pd.DataFrame(_pairs(logs, families, params), columns=PAIR_COLUMNS)


def _pairs(
    logs: Sequence[Log], families: Mapping[str, str], params: Mapping[str, float]
) -> Iterable[tuple[object, ...]]:
    cells = defaultdict(list)
    for log in logs:
        for found in log.scored.filters:
            binary = [score.metric for score in found.scores if score.origin == RECOMPUTED and score.is_binary]
            metric = binary[0] if binary else ""
            family = families.get(log.owner.model)
            if metric and family and found.examples is not None:
                cells[log.scored.task, log.owner.shots, metric, found.filter, family].append((log.owner, found))
    for (task, shots, metric, _, _), models in sorted(cells.items()):
        models.sort(key=lambda one: (params[one[0].model], one[0].model, one[0].revision))
        for (small, first), (large, second) in pairwise(models):
            if small.model != large.model:
                yield (task, shots, metric, small.model, large.model, *_compared(first, second, metric))


def _compared(first: Filtered, second: Filtered, metric: str) -> tuple[object, ...]:
    if first.examples is None or second.examples is None:
        raise ValueError("the examples were not kept")
    same = match(first.examples, second.examples)
    one, other = first.values(metric)[same.first], second.values(metric)[same.second]
    told, shared = compare(one, other), correlate(one, other)
    right = (float(one.mean()), float(other.mean())) if told.n else (None, None)
    return (told.n, *right, told.only_first, told.only_second, told.p, shared.r, shared.low, shared.high)


def _notes(logs: Sequence[Log], added: Sequence[Value]) -> Iterable[str]:
    if not logs:
        return
    rows = sum(log.scored.rows for log in logs)
    aside = sum(number for log in logs for number in log.scored.set_aside.values())
    left = f", {counted(aside, 'line')} set aside" if aside else ""
    values = counted(len(added), "value")
    yield f"{counted(len(logs), 'log')} of {counted(rows, 'output')} scored again: {values} under other metrics{left}"
    for log in logs:
        for found in log.scored.filters:
            for check in found.checks:
                if check.differing:
                    means = f"{check.mean:.4g} and {check.logged_mean:.4g} on average"
                    yield (
                        f"{log.path}: {check.differing:,} of {check.n:,} examples have another {check.metric} "
                        f"than the log has {check.logged_metric} ({means})"
                    )
