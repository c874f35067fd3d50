"""How fast score files are loaded, beside three other ways to read them."""

import json
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from pipeline import stages
from pipeline.core import database
from pipeline.core.settings import Settings
from pipeline.fetch import checkout
from pipeline.fetch.remote import TASKS
from pipeline.load import score_files, staging, tree
from pipeline.sources import CHECKOUT
from tests.benchmarks import timing

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


def run(settings: Settings) -> None:
    """Print how long the load of the checkout that `settings.source` names takes, beside reading bytes alone.

    Each way runs in a process of its own, for its memory, once unmeasured and then in every round.

    Raises:
        PipelineError: the source is no checkout.
    """
    folder = settings.path.resolve()
    paths = checkout.list_paths(folder)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "sql").symlink_to(settings.sql)
        there = replace(settings, root=root, source=str(folder), keep_going=True)
        ways = {
            "bytes alone": partial(read_bytes, folder, paths),
            "load: files to rows": partial(load_rows, folder, paths, settings.sql),
            "DuckDB read_json over the glob, to rows": partial(load_glob, folder),
            "json and DataFrame, to rows": partial(load_frame, folder, paths),
            "load: all, staged and checked": partial(load_all, there, paths),
            "load: nothing changed": partial(stages.run, there, "load"),
        }
        found = {name: timing.in_own_process(partial(measure, way)) for name, way in ways.items()}
    raw, _ = found["bytes alone"]
    rows = [(name, f"{own:.3f}", f"{own / raw:.1f}", f"{peak:,.0f}") for name, (own, peak) in found.items()]
    timing.print_table(f"Load of {len(paths):,} score files", ("way", "seconds", "x raw read", "peak MB"), rows)


def measure(way: timing.Work) -> tuple[float, float]:
    """Median seconds of a way to read the files, and the largest memory of its process."""
    return timing.median_seconds(way), timing.peak_megabytes()


def read_bytes(folder: Path, paths: list[str]) -> None:
    """Read every file, and keep nothing."""
    for path in paths:
        score_files.read(folder, path)


def load_rows(folder: Path, paths: list[str], sql: Path) -> None:
    """Read, judge and flatten the files, and let DuckDB explode them."""
    with duckdb.connect() as connection, tempfile.NamedTemporaryFile(suffix=".ndjson") as lines:
        connection.execute("set memory_limit = ?", [staging.MEMORY_LIMIT])
        score_files.write_lines(folder, paths, lines)
        lines.flush()
        tree.open_lines(connection, lines.name)
        database.build_table(
            connection, sql / "sources" / "score_files" / "staging" / "source_rows.sql", temporary=True
        )


def load_glob(folder: Path) -> None:
    """Give DuckDB the files by a glob and the types that it needs, and explode them."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(GLOB, [f"{folder}/{TASKS}/*/results/scores_*.json"])


def load_frame(folder: Path, paths: list[str]) -> None:
    """Collect one record per score with Python's json, and make one DataFrame of them."""
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
    """The load stage, into a new database."""
    settings.database.unlink(missing_ok=True)
    tree.load_tree(settings, CHECKOUT, settings.path, paths)
