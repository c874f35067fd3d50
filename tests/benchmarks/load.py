"""How fast score files are loaded, beside three other ways to read them."""

import json
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import NamedTuple

import duckdb

from pipeline import database, load, score_files
from pipeline.fetch import checkout
from pipeline.fetch.scorefiles import TASKS
from pipeline.settings import Settings

REPETITIONS = 5
MEGABYTE = 1e6

GLOB = """
create temp table source_rows as
with

entries as (
    select
        filename as path,
        task.task_name as task,
        model.model_family as family,
        model.model_name as model,
        coalesce(model.flop_matched_non_embedding_params, model.non_embedding_params) as params,
        unnest(scores) as entry
    from read_json(
        ?,
        filename = true,
        columns = {
            scores: 'struct(
                score_dict map(varchar, double),
                preferred_score varchar,
                number_of_shots bigint,
                low_score double,
                high_score double,
                subtask_description varchar
            )[]',
            task: 'struct(task_name varchar)',
            model: 'struct(
                model_family varchar,
                model_name varchar,
                non_embedding_params bigint,
                flop_matched_non_embedding_params bigint
            )'
        }
    )
),

exploded as (
    select
        * exclude (entry),
        entry.subtask_description as subtask,
        entry.number_of_shots as shots,
        entry.low_score as low_score,
        entry.high_score as high_score,
        entry.preferred_score as preferred_metric,
        unnest(map_entries(entry.score_dict)) as score_entry
    from entries
)

select
    * exclude (score_entry),
    score_entry.key as metric,
    score_entry.key = preferred_metric as is_preferred,
    score_entry.value as score
from exploded
"""


class Measurement(NamedTuple):
    """The median time of a way to read the files, in seconds, and the largest memory of its process."""

    name: str
    seconds: float
    times_raw_read: float
    peak_megabytes: float


def measure(settings: Settings) -> list[Measurement]:
    """Measure the load of the checkout that `settings.source` names; the first measurement is the reading alone.

    Each way runs in a process of its own, for its memory, once unmeasured and then five times.

    Raises:
        PipelineError: the source is no checkout.
    """
    folder = settings.root / settings.source
    paths = checkout.list_paths(folder)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "sql").symlink_to(settings.sql)
        there = replace(settings, root=root, source=str(folder.resolve()), keep_going=True)
        ways: dict[str, Callable[[], None]] = {
            "bytes alone": partial(read_bytes, folder, paths),
            "load: files to rows": partial(load_rows, folder, paths, settings.sql),
            "DuckDB read_json over the glob, to rows": partial(load_glob, folder),
            "json and DataFrame, to rows": partial(load_frame, folder, paths),
            "load: all, staged and checked": partial(load_all, there, paths),
            "load: all, nothing changed": partial(load_again, there),
        }
        found = {name: _in_own_process(way) for name, way in ways.items()}
    raw, _ = found["bytes alone"]
    return [Measurement(name, seconds, seconds / raw, peak) for name, (seconds, peak) in found.items()]


def show(measurements: list[Measurement]) -> str:
    """The measurements as a table of text."""
    head = f"{'way':<42}{'seconds':>9}{'x raw read':>12}{'peak MB':>9}"
    lines = [f"{m.name:<42}{m.seconds:>9.3f}{m.times_raw_read:>12.1f}{m.peak_megabytes:>9.0f}" for m in measurements]
    return "\n".join([head, *lines])


def _in_own_process(way: Callable[[], None]) -> tuple[float, float]:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, way).result()


def _timed(way: Callable[[], None]) -> tuple[float, float]:
    times = []
    with redirect_stdout(StringIO()):
        for _ in range(REPETITIONS + 1):
            start = time.perf_counter()
            way()
            times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    return median(times[1:]), peak


def read_bytes(folder: Path, paths: list[str]) -> None:
    """Read every file, and keep nothing."""
    for path in paths:
        score_files.read(folder, path)


def load_rows(folder: Path, paths: list[str], sql: Path) -> None:
    """Read, judge and flatten the files, and let DuckDB explode them."""
    with duckdb.connect() as connection, tempfile.NamedTemporaryFile(suffix=".ndjson") as lines:
        connection.execute("set memory_limit = ?", [load.MEMORY_LIMIT])
        score_files.write_lines(folder, paths, lines)
        lines.flush()
        load.open_lines(connection, lines.name)
        database.build_table(connection, sql / "sources" / "score_files" / "09_source_rows.sql", temporary=True)


def load_glob(folder: Path) -> None:
    """Give DuckDB the files by a glob and the types that it needs, and explode them."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(GLOB, [f"{folder}/{TASKS}/*/results/scores_*.json"])


def load_frame(folder: Path, paths: list[str]) -> None:
    """Collect a record a score with Python's json, and make one DataFrame of them."""
    # Imported here: it takes 90 MB, which the other ways do not need.
    import pandas as pd  # noqa: PLC0415

    records = []
    for path in paths:
        document = json.loads((folder / path).read_text(encoding="utf-8"))
        model = document["model"]
        for entry in document["scores"]:
            for metric, score in entry["score_dict"].items():
                records.append(
                    {
                        "path": path,
                        "task": document["task"]["task_name"],
                        "family": model["model_family"],
                        "model": model["model_name"],
                        "params": model["flop_matched_non_embedding_params"],
                        "subtask": entry["subtask_description"],
                        "shots": entry["number_of_shots"],
                        "low_score": entry["low_score"],
                        "high_score": entry["high_score"],
                        "metric": metric,
                        "is_preferred": metric == entry["preferred_score"],
                        "score": score,
                    }
                )
    pd.DataFrame(records)


def load_all(settings: Settings, paths: list[str]) -> None:
    """The load stage as `make load` runs it, into a new database."""
    settings.database.unlink(missing_ok=True)
    load.load_tree(settings, settings.root / settings.source, paths)


def load_again(settings: Settings) -> None:
    """The load stage over a database that holds these files already, listing included."""
    folder = settings.root / settings.source
    load.load_tree(settings, folder, checkout.list_paths(folder))
