"""Per-sample logs of the lm-evaluation-harness (`samples_<task>_<time>.jsonl`), one example at a time.

A log has one JSON object per line: one example under one filter, with the model's outputs and the harness's metrics.
No more than one line is held in memory. The last of two equal keys in an object counts.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson

from pipeline.core.errors import PipelineError

NAME = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)\.jsonl")
# Of one line; with many shots and repeats a line has some hundreds of kilobytes.
MAX_BYTES = 16 << 20
# More test examples than any benchmark has.
MOST_EXAMPLES = 1 << 27
MOST_METRICS = 64
LONGEST_NAME = 200
# Well below the largest float32, and its square below the largest double.
LARGEST = 1e30
# Every other key whose value is a number is a metric.
KEYS = {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"}
NO_FILTER = "none"
WORDS = (b"NaN", b"Infinity")


class LogName(NamedTuple):
    """What the name of a log says: its task, and the time that the file of results beside it has in its name too."""

    task: str
    time: str


class Example(NamedTuple):
    """One line of a log: one example under one filter.

    Attributes:
        line: its number in the file, from 1.
        doc_id: the example's place in the test set.
        key: the first 64 bits of the hash of the example's text; none where the log has no hash.
        filter: what was applied to the outputs; empty where the log, as older ones do, does not say.
        row: the whole line.
        logged: the harness's own metrics, where they are numbers.
    """

    line: int
    doc_id: int
    key: int | None
    filter: str
    row: dict[str, Any]
    logged: dict[str, float]


class SetAside(NamedTuple):
    """A line that holds no example, and why."""

    line: int
    reason: str


class UnusableError(Exception):
    """A line, or what it holds, cannot be used. The message is the reason: one of few, for they are counted."""


def name_of(path: Path) -> LogName:
    """What the name of a log says.

    Raises:
        PipelineError: it is not the name of a log.
    """
    found = NAME.fullmatch(path.name)
    if not found:
        raise PipelineError(
            f"{path}: not named like a log of examples. Next: name it samples_<task>_<time>.jsonl, "
            "with the time as in 2024-08-21T03-44-09.494230, as the harness does."
        )
    return LogName(found["task"], found["time"])


def read(path: Path) -> Iterator[Example | SetAside]:
    """The lines of a log, in their order: each an example, or set aside with a reason.

    Raises:
        PipelineError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, content in enumerate(_lines(file), 1):
                try:
                    yield _example(number, content)
                except UnusableError as error:
                    yield SetAside(number, str(error))
    except OSError as error:
        raise PipelineError(f"{path}: cannot be read ({error.strerror}). Next: check that it may be read.") from error


def _lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of a file; none in the place of one that is too long, of which no more than a piece is ever held."""
    while content := file.readline(MAX_BYTES + 1):
        if len(content) <= MAX_BYTES:
            yield content
            continue
        while content and not content.endswith(b"\n"):
            content = file.readline(MAX_BYTES)
        yield None


def _example(number: int, content: bytes | None) -> Example:
    if content is None:
        raise UnusableError(f"is longer than {MAX_BYTES >> 20} MB")
    row = _parse(content)
    if type(row) is not dict:
        raise UnusableError("is not a JSON object")
    doc_id, name = row.get("doc_id"), row.get("filter", "")
    if type(doc_id) is not int or not 0 <= doc_id < MOST_EXAMPLES:
        raise UnusableError("has no doc_id that is the number of an example")
    if type(name) is not str or len(name) > LONGEST_NAME:
        raise UnusableError("has a filter that is no name")
    if type(row.get("filtered_resps")) is not list:
        raise UnusableError("has no filtered_resps that are a list")
    return Example(number, doc_id, _key(row.get("doc_hash")), name, row, _logged(row))


def _parse(content: bytes) -> Any:  # noqa: ANN401 - what JSON holds is not known before it is checked
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if content.strip() == b"[":
            raise UnusableError(
                "begins one JSON array, as of old versions, which jq -c '.[]' makes lines of"
            ) from error
        # Python's json, which writes the logs, spells a number that is none so.
        if not any(word in content for word in WORDS):
            raise UnusableError("is not JSON") from error
    try:
        document = json.loads(content)
        # Without half surrogate pairs, numbers beyond 64 bits and too deep nesting, as above.
        orjson.dumps(document)
    except (ValueError, TypeError, RecursionError) as error:
        raise UnusableError("is not JSON") from error
    return document


def _key(doc_hash: object) -> int | None:
    if doc_hash is None:
        return None
    if type(doc_hash) is not str or not re.fullmatch(r"[0-9a-f]{16,}", doc_hash):
        raise UnusableError("has a doc_hash that is no hash")
    return int(doc_hash[:16], 16)


def _logged(row: dict[str, Any]) -> dict[str, float]:
    listed = row.get("metrics")
    names = listed if type(listed) is list else [name for name in row if name not in KEYS]
    if len(names) > MOST_METRICS or not all(type(name) is str and len(name) <= LONGEST_NAME for name in names):
        raise UnusableError(f"has metrics that are not at most {MOST_METRICS} names of {LONGEST_NAME} characters")
    return {name: float(row[name]) for name in names if is_number(row.get(name))}


def is_number(value: object) -> bool:
    """Whether a value is true, false or a number that a mean can be taken of; NaN and infinity are none."""
    return type(value) in (int, float, bool) and abs(value) < LARGEST  # type: ignore[arg-type]
