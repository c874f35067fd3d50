"""A tidy table of scores, CSV or Parquet -> cells as text, nothing guessed."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipeline.core.errors import PipelineError

REQUIRED = ("task", "subtask", "metric", "shots", "family", "model", "params", "score")
OPTIONAL = ("higher_is_better", "n_test", "standard_error", "source")
EXAMPLE = "task,subtask,metric,shots,family,model,params,score"


def open_cells(connection: duckdb.DuckDBPyConnection, path: Path, shown: str) -> list[str]:
    """Make the temporary table `tidy_cells`: one row per score, every known column as text, null where it is empty.

    Args:
        connection: where the table is made.
        path: a file that ends in .csv (comma-separated, UTF-8, one header line) or .parquet.
        shown: the file's name for messages.

    Returns:
        The columns that nobody reads.

    Raises:
        PipelineError: the file cannot be read, or lacks columns.
    """
    try:
        names = _columns(connection, path)
        _judge(names, shown)
        _read(connection, path, names)
    except (duckdb.Error, OSError, UnicodeDecodeError, csv.Error) as error:
        raise PipelineError(
            f"{shown}: cannot be read ({str(error).splitlines()[0]}). "
            "Next: save it as comma-separated UTF-8 text with one header line, or as Parquet."
        ) from error
    return [name for name in names if name not in REQUIRED + OPTIONAL]


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    if _is_csv(path):
        # -sig: spreadsheets put a mark before the first name.
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines, strict=True), [])
    return list(connection.read_parquet(str(path)).columns)


def _judge(names: Sequence[str], shown: str) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise PipelineError(
            f"{shown}: lacks the columns {', '.join(missing)}. Next: give it a header with {EXAMPLE} "
            f"(and, where they are known, {', '.join(OPTIONAL)}), one row per score."
        )
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise PipelineError(f"{shown}: has two columns named {twice[0]!r}. Next: rename or remove one of them.")


def _read(connection: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str]) -> None:
    source = (
        connection.read_csv(
            str(path),
            columns=dict.fromkeys(names, "VARCHAR"),
            auto_detect=False,
            header=True,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            strict_mode=True,
        )
        if _is_csv(path)
        else connection.read_parquet(str(path))
    )
    cells = ", ".join(f'nullif(trim("{name}"::varchar), \'\') as "{name}"' for name in REQUIRED)
    optional = ", ".join(
        (f'nullif(trim("{name}"::varchar), \'\') as "{name}"' if name in names else f"null::varchar as {name}")
        for name in OPTIONAL
    )
    source.project(f"{cells}, {optional}").create_view("tidy_cells_view")
    # The view would be a dangling path in the finished database.
    connection.execute("create temp table tidy_cells as from tidy_cells_view")
    connection.execute("drop view tidy_cells_view")
