"""A writer of made-up results files of lm-evaluation-harness, in the formats of its versions."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Table = Mapping[str, object]


def right(count: int, n: int, metric: str = "acc", used: str = "") -> dict[str, float]:
    """A mean of zeros and ones with its standard error, as the harness writes both.

    Args:
        count: of the right answers.
        n: of all answers.
        metric: the name of the mean.
        used: the filter, which version 0.4 writes after a comma.
    """
    share, end = count / n, f",{used}" if used else ""
    return {f"{metric}{end}": share, f"{metric}_stderr{end}": math.sqrt(share * (1 - share) / (n - 1))}


def v03(results: Mapping[str, object], model: str = "made/tiny-70m", revision: str = "", **config: object) -> Any:
    """A document of version 0.3."""
    named = f"pretrained={model}" + (f",revision={revision}" if revision else "")
    defaults = {"model": "gpt2", "model_args": named, "num_fewshot": 0, "batch_size": 8, "limit": None}
    return {"results": results, "versions": dict.fromkeys(results, 0), "config": defaults | config}


def v04(results: Mapping[str, Table], model: str = "made/tiny-70m", **more: object) -> Any:
    """A document of version 0.4; `more` are further entries of it, or others in place of those that it has."""
    defaults = {
        "results": {task: {"alias": task, **table} for task, table in results.items()},
        "group_subtasks": {task: [] for task in results},
        "n-shot": dict.fromkeys(results, 0),
        "config": {"model": "hf", "model_args": f"pretrained={model},dtype=float32", "model_revision": "main"},
        "date": 1741298345.007027,
        "model_name": model,
    }
    return defaults | more


def samples(**counts: int) -> dict[str, dict[str, int]]:
    """The entry `n-samples` of version 0.4."""
    return {task: {"original": 2 * count, "effective": count} for task, count in counts.items()}


def write(folder: Path, path: str, content: object) -> Path:
    """Write a document, or bytes as they are, and return where."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    # NaN is written bare, as Python writes it.
    place.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return place


def write_sizes(folder: Path, scores: Mapping[str, Table], task: str = "sums", **config: object) -> None:
    """A file of version 0.3 for each size of the family `tiny`, with the table of one task."""
    for size, table in scores.items():
        write(folder, f"tiny-{size}.json", v03({task: table}, f"made/tiny-{size}", **config))
