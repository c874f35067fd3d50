"""BIG-bench score files -> one newline-delimited JSON file, which DuckDB explodes into rows.

Opening 9,000 small files costs DuckDB more time than their content does, and its JSON reader passes over much that can
be wrong with a file. So Python reads and judges each file, and writes a line for each that can be used.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import IO, Any

import orjson

from pipeline.fetch.listing import blob_sha1
from pipeline.fetch.remote import TASKS
from pipeline.load import strict_json

# Of a file and of its line; the published files have some tens of kilobytes.
MAX_BYTES = 16 << 20
# The published scores hold -1 for tasks that set their shots themselves.
FEWEST_SHOTS, MOST_SHOTS = -1, 2**31 - 1
MOST_PARAMS = 2**63 - 1
PARAMS = (
    ("flop_matched_non_embedding_params", "flop_matched"),
    ("non_embedding_params", "non_embedding"),
)

WORDS = {float("inf"): "Infinity", float("-inf"): "-Infinity"}
LONGEST_SHOWN = 40

# Compared with type(), because True is an int to isinstance.
OBJECT, ARRAY, TEXT = frozenset({dict}), frozenset({list}), frozenset({str})
WHOLE, NUMBER, NULL = frozenset({int}), frozenset({int, float}), frozenset({type(None)})
NAMES = {OBJECT: "an object", ARRAY: "an array", TEXT: "text", WHOLE: "a whole number", NUMBER: "a number"}

# The line of a file, as DuckDB reads it. Lists have one item per entry of the file; its score_dict is split in two.
LINE_COLUMNS = {
    "path": "VARCHAR",
    "task": "VARCHAR",
    "family": "VARCHAR",
    "model": "VARCHAR",
    "params": "BIGINT",
    "params_basis": "VARCHAR",
    "n_entries": "BIGINT",
    "n_scores": "BIGINT",
    "subtasks": "VARCHAR[]",
    "shots": "BIGINT[]",
    "low_scores": "DOUBLE[]",
    "high_scores": "DOUBLE[]",
    "preferred_metrics": "VARCHAR[]",
    "metrics": "VARCHAR[][]",
    "scores": "DOUBLE[][]",
}


class UnusableError(Exception):
    """A score file cannot be used. The message is the reason, without the file's name."""


@dataclass(frozen=True)
class Rejected:
    """A score file that is left out, and why."""

    path: str
    reason: str


def write_lines(
    folder: Path, paths: Iterable[str], target: IO[bytes], hashes: Mapping[str, str] | None = None
) -> list[Rejected]:
    """Write one line of JSON, with the columns of LINE_COLUMNS, for each file that can be used.

    Args:
        folder: what the paths start from.
        paths: score files, each as `bigbench/benchmark_tasks/<task>/results/<name>`.
        target: takes the lines.
        hashes: git's hash of each file, by path, that its bytes must have; any bytes will do without.

    Returns:
        The files that cannot be used, in the order of `paths`.

    Raises:
        OSError: the target cannot be written.
    """
    rejected = []
    for path in paths:
        try:
            content = read(folder, path)
            if hashes is not None:
                _verify(content, hashes[path])
            line = _line(path, content)
        except (UnusableError, strict_json.NotStrictJsonError) as error:
            rejected.append(Rejected(path, str(error)))
        else:
            target.write(line)
    return rejected


def read(folder: Path, path: str) -> bytes:
    """The bytes of a score file.

    Raises:
        UnusableError: it cannot be read, or is too large to be one.
    """
    try:
        # Joined as text, and unbuffered: pathlib and buffers take longer than the reading.
        with open(f"{folder}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - see above
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise UnusableError(f"has {size:,} bytes, more than the {MAX_BYTES:,} that a score file may have")
            return file.read()
    except OSError as error:
        raise UnusableError(f"cannot be read ({error.strerror})") from error


def _line(path: str, content: bytes) -> bytes:
    line = orjson.dumps(flatten(path, strict_json.parse(content)), option=orjson.OPT_APPEND_NEWLINE)
    if len(line) > MAX_BYTES:
        raise UnusableError(
            f"holds {len(line):,} bytes of scores, more than the {MAX_BYTES:,} that a score file may hold"
        )
    return line


def _verify(content: bytes, expected: str) -> None:
    found = blob_sha1(content)
    if found != expected:
        raise UnusableError(f"its bytes are not those that were fetched (git hash {found}, expected {expected})")


def flatten(path: str, document: object) -> dict[str, object]:
    """The line of a score file: what the analysis needs, each under one column of LINE_COLUMNS.

    Keys that the analysis does not need are ignored.

    Raises:
        UnusableError: a key is missing or of another type, or its value makes no sense.
    """
    whole = _typed(document, OBJECT, "the document")
    task = _task(path, whole)
    model = _member(whole, "model", OBJECT)
    params, params_basis = _params(model)
    entries = _entries(whole)
    score_dicts = _column(entries, "score_dict", OBJECT)
    scores = _scores(score_dicts)
    return {
        "path": path,
        "task": task,
        "family": _name(model, "model_family"),
        "model": _name(model, "model_name"),
        "params": params,
        "params_basis": params_basis,
        "n_entries": len(entries),
        "n_scores": sum(map(len, scores)),
        "subtasks": [subtask or task for subtask in _column(entries, "subtask_description", TEXT | NULL)],
        "shots": _shots(entries),
        "low_scores": _spelled(_column(entries, "low_score", NUMBER)),
        "high_scores": _spelled(_column(entries, "high_score", NUMBER)),
        "preferred_metrics": _preferred(entries, score_dicts),
        "metrics": [list(score_dict) for score_dict in score_dicts],
        "scores": scores,
    }


def _task(path: str, document: dict[str, Any]) -> str:
    inside = _member(_member(document, "task", OBJECT), "task_name", TEXT, "task.")
    folder = path.removeprefix(f"{TASKS}/").split("/", 1)[0]
    if inside != folder:
        raise UnusableError(f"is of task {inside!r} by its task_name, but lies in the folder of task {folder!r}")
    return str(inside)


def _name(model: dict[str, Any], key: str) -> str:
    name = _member(model, key, TEXT, "model.")
    if not name:
        raise UnusableError(f"model.{key} is empty")
    return str(name)


def _params(model: dict[str, Any]) -> tuple[int | None, str | None]:
    """The effective parameters and where they are from; nothing where the file has null or 0, which is no size."""
    counts = [(_member(model, key, NUMBER | NULL, "model."), key, basis) for key, basis in PARAMS]
    for count, key, basis in counts:
        if count:
            if not 0 < count <= MOST_PARAMS or count != int(count):
                raise UnusableError(f"model.{key} is {_shown(count)}, not a count")
            return int(count), basis
    return None, None


def _entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = _member(document, "scores", ARRAY)
    if not entries:
        raise UnusableError("holds no scores")
    for number, entry in enumerate(entries):
        _typed(entry, OBJECT, f"scores[{number}]")
    return entries


def _column(entries: list[dict[str, Any]], key: str, kinds: frozenset[type]) -> list[Any]:
    """What the entries hold under a key, which may be missing where `kinds` has null."""
    values = [entry.get(key) for entry in entries]
    if not kinds.issuperset(map(type, values)):
        for number, entry in enumerate(entries):
            if key in entry or not kinds >= NULL:
                _member(entry, key, kinds, f"scores[{number}].")
    return values


def _shots(entries: list[dict[str, Any]]) -> list[int]:
    shots: list[int] = _column(entries, "number_of_shots", WHOLE)
    if min(shots) < FEWEST_SHOTS or max(shots) > MOST_SHOTS:
        number = next(n for n, count in enumerate(shots) if not FEWEST_SHOTS <= count <= MOST_SHOTS)
        raise UnusableError(f"scores[{number}].number_of_shots is {shots[number]}, not a number of shots")
    return shots


def _preferred(entries: list[dict[str, Any]], score_dicts: list[dict[str, Any]]) -> list[str]:
    preferred: list[str] = _column(entries, "preferred_score", TEXT)
    for number, (metric, score_dict) in enumerate(zip(preferred, score_dicts, strict=True)):
        if metric not in score_dict:
            raise UnusableError(f"scores[{number}].preferred_score is {metric!r}, which its score_dict does not hold")
    return preferred


def _scores(score_dicts: list[dict[str, Any]]) -> list[list[float | str]]:
    scores = [list(score_dict.values()) for score_dict in score_dicts]
    if not NUMBER.issuperset(map(type, chain.from_iterable(scores))):
        for number, score_dict in enumerate(score_dicts):
            for metric in score_dict:
                _member(score_dict, metric, NUMBER, f"scores[{number}].score_dict.")
    if all(map(isfinite, chain.from_iterable(scores))):
        return scores
    return [_spelled(values) for values in scores]


def _spelled(numbers: list[float]) -> list[float | str]:
    """The numbers as JSON and DuckDB take them: text where JSON has no number."""
    return [number if isfinite(number) else WORDS.get(number, "NaN") for number in numbers]


def _member(holder: dict[str, Any], key: str, kinds: frozenset[type], place: str = "") -> Any:
    if key not in holder:
        raise UnusableError(f"has no key {place}{key}")
    return _typed(holder[key], kinds, f"{place}{key}")


def _typed(value: Any, kinds: frozenset[type], name: str) -> Any:
    if type(value) not in kinds:
        raise UnusableError(f"{name} is {_shown(value)}, not {NAMES[kinds - NULL]}")
    return value


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
