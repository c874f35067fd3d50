"""One results file of EleutherAI's lm-evaluation-harness -> its values, each with what the file says of it.

Version 0.3 writes `results: {task: {metric: value, metric_stderr: value}}` with a `config`; version 0.4 names metrics
`metric,filter`, adds groups of tasks, test sizes and directions, and may add more. What a file lacks is none here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple

from pipeline.load import model_names, strict_json

LARGEST_FILE = 64 << 20
MOST_VALUES = 200_000
LONGEST_NAME = 500
LONGEST_REASON = 200
# Beyond it a double skips numbers.
LARGEST_COUNT = 1 << 53
DEEPEST_GROUP = 8
# The keys of model_args that can name the model; the first one present counts.
NAMES = ("pretrained", "model", "engine", "path")
# A blank stands where a group of tasks is not averaged.
NOT_VALUES = frozenset({" ", "alias", "name", "sample_len", "samples"})
NO_FILTER = frozenset({"", "none"})


class Value(NamedTuple):
    """One number of a results file, or what stands in its place.

    Attributes:
        path: the file, from the folder of the source.
        task: as the file names it.
        is_aggregate: whether it averages other tasks of the file.
        metric: without its filter.
        filter: what extracted the answer from the model's text; none where nothing did.
        shots: examples in the prompt; -1 where it is not said.
        model: as the file names it.
        revision: of the model; empty where it is the main one.
        params: as the harness counted them, where it did.
        score: none where the file holds no number there.
        standard_error: none where the file has none.
        n_test: test examples, where the file counts them.
        higher_is_better: where the file says it.
        chance: share of right answers by chance, where the file lists the choices.
        date: seconds since 1970; none in version 0.3.
        values: how many the file holds, so that of two runs the larger can be told.
        set_aside_because: why the value cannot be used.
    """

    path: str
    task: str
    is_aggregate: bool
    metric: str
    filter: str | None
    shots: int
    model: str
    revision: str
    params: float | None
    score: float | None
    standard_error: float | None
    n_test: int | None
    higher_is_better: bool | None
    chance: float | None
    date: float | None
    values: int
    set_aside_because: str | None


class NoResultsError(Exception):
    """The file holds no results that can be used. The message is the reason."""


def read(path: str, content: bytes) -> list[Value]:
    """The values of a results file, in its order.

    Args:
        path: its name, from the folder of the source; the folders in it name the model where the file does not.
        content: its bytes.

    Raises:
        NoResultsError: it is no results file, or one without a model or a value.
    """
    try:
        document = strict_json.parse(content)
    except strict_json.NotStrictJsonError as error:
        raise NoResultsError(str(error)[:LONGEST_REASON]) from error
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict):
        raise NoResultsError("holds no `results`")
    tables = {task: table for task, table in results.items() if isinstance(table, dict)}
    model, revision = _model(document)
    model = model or _model_of_path(path)
    if not model:
        raise NoResultsError("names no model")
    values = [value for task, table in results.items() for value in _values(path, document, task, table)]
    if not values:
        raise NoResultsError("holds no value")
    if len(values) > MOST_VALUES:
        raise NoResultsError(f"holds more than {MOST_VALUES:,} values")
    groups, params = _groups(document, tables), _parameters(document)
    return [
        value._replace(
            model=model, revision=revision, params=params, is_aggregate=value.task in groups, values=len(values)
        )
        for value in values
    ]


def _values(path: str, document: Mapping[str, Any], task: str, table: object) -> Iterator[Value]:
    config = _mapping(document, "config")
    own = _mapping(_mapping(document, "configs"), task)
    shots = _shots(document, config, task)
    # What is no table of metrics is one value that cannot be used.
    scores = table if isinstance(table, dict) else {"": table}
    for key, score in scores.items():
        metric, _, used = key.partition(",")
        if metric in NOT_VALUES or metric.endswith("_stderr"):
            continue
        error = _number(scores.get(f"{metric}_stderr,{used}" if used else f"{metric}_stderr"))
        number = _number(score, finite=False)
        yield Value(
            path=path,
            task=task,
            is_aggregate=False,
            metric=metric,
            filter=None if used in NO_FILTER else used,
            shots=shots,
            model="",
            revision="",
            params=None,
            score=number,
            standard_error=error if error is not None and error >= 0 else None,
            n_test=_count(_mapping(_mapping(document, "n-samples"), task).get("effective")),
            higher_is_better=_flag(_mapping(_mapping(document, "higher_is_better"), task).get(metric)),
            chance=_chance(own),
            date=_number(document.get("date")),
            values=0,
            set_aside_because=_judged(task, metric, number, score),
        )


def _judged(task: str, metric: str, number: float | None, score: object) -> str | None:
    if not task or not metric or len(task) > LONGEST_NAME or len(metric) > LONGEST_NAME:
        return "no usable name of task or metric"
    return None if number is not None else f"no number ({type(score).__name__})"


def _model(document: Mapping[str, Any]) -> tuple[str, str]:
    """The model's name and revision: of its arguments, of the file, of a file that was edited by hand."""
    config = _mapping(document, "config")
    given = _arguments(config.get("model_args"))
    names: list[object] = [given.get(name) for name in NAMES]
    names += [document.get("model_name"), document.get("model"), config.get("model_name")]
    # On one line: the names of models go into a table for the user to edit.
    name = next((" ".join(one.split()) for one in names if isinstance(one, str) and one.strip()), "")[:LONGEST_NAME]
    for added in ("peft", "delta"):
        name += f"+{given[added]}" if name and given.get(added) else ""
    revision = given.get("revision") or config.get("model_revision")
    return name, revision if isinstance(revision, str) and revision != "main" else ""


def _arguments(text: object) -> dict[str, str]:
    """model_args, `name=value,name=value` or, of late, an object."""
    if isinstance(text, dict):
        return {name: str(value).strip() for name, value in text.items() if value is not None}
    parts = (part.partition("=") for part in text.split(",")) if isinstance(text, str) else ()
    return {name.strip(): value.strip() for name, _, value in parts if value}


def _model_of_path(path: str) -> str:
    """The nearest folder whose name holds a size, or the file's name; the harness writes a slash as two underscores."""
    *folders, file = path.split("/")
    names = [*reversed(folders), file.removesuffix(".json")]
    return next((name.replace("__", "/") for name in names if model_names.parse(name).params), "")


def _parameters(document: Mapping[str, Any]) -> float | None:
    counted = _number(_mapping(document, "config").get("model_num_parameters"))
    return counted if counted is not None and counted > 0 else None


def _groups(document: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The tasks that average others of the file: as it lists them, or as it indents them where it has no list."""
    listed = _mapping(document, "group_subtasks")
    groups = _mapping(document, "groups").keys() & tables.keys()
    if listed:
        return groups | {name for name, parts in listed.items() if isinstance(parts, list) and _any_in(tables, parts)}
    names = list(tables)
    depths = [_depth(tables[name].get("alias")) for name in names]
    return groups | {name for name, depth, after in zip(names, depths, depths[1:], strict=False) if after > depth}


def _any_in(tables: Mapping[str, object], parts: Iterable[object]) -> bool:
    return any(isinstance(part, str) and part in tables for part in parts)


def _depth(alias: object) -> int:
    indent = re.match(r"( *)- ", alias) if isinstance(alias, str) else None
    return len(indent[1]) if indent else 0


def _shots(document: Mapping[str, Any], config: Mapping[str, Any], task: str) -> int:
    # Of a group of groups the harness says 0, whatever its parts were asked with.
    said: list[object] = []
    for name in (_part(document, task), task):
        said += [
            _mapping(document, "n-shot").get(name),
            _mapping(_mapping(document, "configs"), name).get("num_fewshot"),
        ]
    said += [config.get("num_fewshot"), document.get("num_fewshot")]
    return next((count for each in said if (count := _count(each)) is not None), -1)


def _part(document: Mapping[str, Any], task: str) -> str:
    """The first task of a group, or of its first group; a task that is no group is its own."""
    listed = _mapping(document, "group_subtasks")
    for _ in range(DEEPEST_GROUP):
        parts = listed.get(task)
        if not isinstance(parts, list) or not parts or not isinstance(parts[0], str):
            break
        task = parts[0]
    return task


def _chance(task: Mapping[str, Any]) -> float | None:
    choices = task.get("doc_to_choice")
    if task.get("output_type") in ("generate_until", "loglikelihood"):
        return 0.0
    if task.get("output_type") == "multiple_choice" and isinstance(choices, list) and len(choices) > 1:
        return 1 / len(choices)
    return None


def _mapping(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What a name stands for, where that is an object; an empty one elsewhere."""
    held = holder.get(name)
    return held if isinstance(held, dict) else {}


def _number(value: object, *, finite: bool = True) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if not finite or isfinite(value) else None


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < LARGEST_COUNT else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
