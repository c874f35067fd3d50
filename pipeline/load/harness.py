"""Results of EleutherAI's lm-evaluation-harness in a folder, into staging tables."""

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import duckdb
import pandas as pd
from tqdm import tqdm

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.parallel import Work
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.core.wording import counted, listed, one_line
from pipeline.fetch import harness
from pipeline.fetch.listing import blob_sha1, total_size
from pipeline.load import given_tasks, harness_logs, harness_models
from pipeline.load.harness_results import LARGEST_FILE, NoResultsError, Value, read
from pipeline.load.model_names import parse_checkpoint
from pipeline.load.staging import Origin, describe_rows, new_database, print_nonfinite, stage

MOST_REASONS = 5
LONGEST_LINE = 1000
MOST_NOTES = 10
TYPES = {"n_test": "Int64", "higher_is_better": "boolean", "is_aggregate": "bool"} | dict.fromkeys(
    ("score", "standard_error", "chance", "date", "params"), "float64"
)


def load(settings: Settings, source: Source) -> list[Path]:
    """Load the results files of a folder as it is now; those that were fetched are verified against their hashes.

    Raises:
        PipelineError: there is no results file in it, MODELS or TASKS cannot be used, or no value is left under SCALE.
    """
    fetched = import_module(source.fetch)
    folder, hashes = fetched.folder(settings), fetched.hashes(settings)
    paths = harness.list_paths(folder) if hashes is None else list(hashes)
    with new_database(settings, Origin(None, total_size(folder, paths), settings.source)) as connection:
        load_results(connection, settings, source, folder, dict.fromkeys(paths, "") | (hashes or {}))
    return [settings.database]


def load_results(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, folder: Path, hashes: Mapping[str, str]
) -> None:
    """Stage the values of the results files among some files, with an account of files, models and values.

    Args:
        connection: to the new database.
        settings: the run.
        source: the kind of source.
        folder: what the paths start from.
        hashes: of each file, by path, the git hash that its bytes must have; empty where any will do.

    Raises:
        PipelineError: no file holds results, MODELS or TASKS cannot be used, or no value is left under SCALE.
    """
    values, unread = _read_all(folder, hashes)
    work = Work(settings.data / "samples", os.cpu_count() or 1, settings.scheduler)
    logs = harness_logs.read(folder, list(hashes), values, work, keep_going=settings.keep_going)
    values += logs.values
    unread = {path: reason for path, reason in unread.items() if not harness_logs.is_log(path)} | logs.unread
    _account_for_files(connection, settings, [_as_text(path) for path in hashes], values, unread)
    frame = _frame(values)
    models = harness_models.of(frame, settings)
    database.make_table(connection, "harness_values", frame)
    database.make_table(connection, "harness_models", models)
    given_tasks.make_table(connection, settings)
    database.make_table(connection, "example_pairs", harness_logs.pairs(logs.logs, models))
    connection.execute("set variable scale = ?", [settings.scale])
    connection.execute("set variable loss = ?", [settings.loss])
    stage(connection, settings, source)
    # The finished database would hold every value twice.
    connection.execute("drop table harness_values")
    print(f"load     {describe_rows(connection)}")
    _stop_if_empty(connection, settings)
    print_nonfinite(connection)
    for (line,) in connection.execute("select line from load_notes order by position, line").fetchall():
        print(f"load     {one_line(line, LONGEST_LINE)}")
    for line in logs.notes[:MOST_NOTES]:
        print(f"load     {one_line(line, LONGEST_LINE)}")


def _frame(values: Sequence[Value]) -> pd.DataFrame:
    """The values, with the training step and the tokens that their revisions name."""
    frame = pd.DataFrame(values, columns=Value._fields).astype(TYPES)
    named = {revision: parse_checkpoint(revision) for revision in frame["revision"].unique()}
    frame["step"] = frame["revision"].map(lambda revision: named[revision].step).astype("Int64")
    frame["tokens"] = frame["revision"].map(lambda revision: named[revision].tokens).astype("float64")
    later = frame["revision"].map(lambda revision: named[revision].is_later_stage).astype(bool)
    texts = ["filter", "set_aside_because"]
    frame = frame.astype(dict.fromkeys(texts, "object"))
    frame.loc[later & frame["set_aside_because"].isna(), "set_aside_because"] = "a later stage of training"
    return frame


def _as_text(path: str) -> str:
    """A path whose bytes need not be text."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _read_all(folder: Path, hashes: Mapping[str, str]) -> tuple[list[Value], dict[str, str]]:
    """The values of all files, and the files that hold none, with the reason."""
    values: list[Value] = []
    unread: dict[str, str] = {}
    for path, expected in tqdm(hashes.items(), desc="load", unit="file", delay=1, leave=False, disable=None):
        try:
            content = _content(folder / path)
            if expected and blob_sha1(content) != expected:
                raise PipelineError(f"{folder / path}: is not the file that was fetched. Next: run `make fetch` again.")
            values += read(_as_text(path), content)
        except NoResultsError as error:
            unread[_as_text(path)] = str(error)
    return values, unread


def _content(path: Path) -> bytes:
    """The bytes of a file that may hold results.

    Raises:
        NoResultsError: it is something else, too large, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not file.read(4096).lstrip().startswith(b"{") or path.suffix == ".jsonl":
                raise NoResultsError("no JSON object")
            if size > LARGEST_FILE:
                raise NoResultsError(f"has {size:,} bytes; at most {LARGEST_FILE:,} are read")
            file.seek(0)
            return file.read()
    except OSError as error:
        raise NoResultsError(f"cannot be read ({error.strerror})") from error


def _account_for_files(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    paths: Sequence[str],
    values: Sequence[Value],
    unread: dict[str, str],
) -> None:
    held = Counter(value.path for value in values)
    rows = [(path, held[path], unread.get(path)) for path in paths]
    database.make_table(
        connection,
        "result_files",
        pd.DataFrame(rows, columns=["path", "values", "left_out_because"]).astype({"left_out_because": "object"}),
    )
    print(f"load     {counted(len(paths), 'file')} = {len(held):,} with results + {len(unread):,} without")
    by_reason = defaultdict(list)
    for path, reason in unread.items():
        by_reason[reason].append(path)
    reasons = sorted(by_reason.items(), key=lambda one: (-len(one[1]), one[0]))
    for reason, named in reasons[:MOST_REASONS]:
        print(f"load       {one_line(reason, 200)}: {listed(named, 2)}")
    others = sum(len(named) for _, named in reasons[MOST_REASONS:])
    if others:
        print(f"load       {counted(others, 'more file')} for other reasons, in the table result_files")
    if not held:
        raise PipelineError(
            f"{settings.source}: none of its {counted(len(paths), 'file')} holds results of lm-evaluation-harness "
            "(a JSON object with `results`). Next: name the folder that --output_path of the harness wrote to, or the "
            "top of a checkout of google/BIG-bench."
        )


def _stop_if_empty(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    if database.holds_rows(connection, "stg_scores"):
        return
    reasons = connection.execute(
        "select outcome, row_count from row_counts where outcome <> 'in' order by row_count desc, outcome"
    ).fetchall()
    said = "; ".join(f"{number:,} {outcome}" for outcome, number in reasons if number)
    remedy = {
        "training": "use SCALE=size, or name checkpoints in the models' revisions (revision=step1000)",
        "loss": f"name with LOSS= a task whose perplexity the results hold; {settings.loss} is none, or not for these",
    }.get(settings.scale, "give sizes and families with MODELS=")
    raise PipelineError(f"{settings.source}: no score is left under SCALE={settings.scale} ({said}). Next: {remedy}.")
