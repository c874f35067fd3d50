"""A tidy table of scores, CSV or Parquet -> cells as text, nothing guessed."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.wording import one_line

REQUIRED = ("task", "metric", "family", "model", "score")
SCALES = ("params", "scale")
OPTIONAL = (
    "subtask", "shots", "scale_name", "n_test", "standard_error", "higher_is_better", "is_proportion", "chance",
    "source",
)  # fmt: skip
OTHER_NAMES = {"stderr": "standard_error"}
KNOWN = frozenset((*REQUIRED, *SCALES, *OPTIONAL, *OTHER_NAMES))
EXAMPLE = "task,metric,shots,family,model,params,score"
DELIMITERS = ",;\t"
# A few bytes of Parquet can stand for any number of rows, and of characters in a row.
MOST_ROWS = 20_000_000
LONGEST_CELL = 200_000


def open_cells(connection: duckdb.DuckDBPyConnection, path: Path, shown: str) -> list[str]:
    """Make the temporary table `tidy_cells`: one row per score, every known column as text, null where it is empty.

    Args:
        connection: where the table is made.
        path: a .csv or .tsv file (UTF-8, one header line, separated by commas, semicolons or tabs) or a .parquet file.
        shown: the file's name for messages.

    Returns:
        The columns that nobody reads.

    Raises:
        PipelineError: the file cannot be read, or lacks columns.
    """
    try:
        _refuse_too_many(connection, path, shown)
        names, delimiter = _header(connection, path)
        columns = _known_columns(names, shown)
        _read(connection, path, names, columns, delimiter)
    except (duckdb.Error, OSError, UnicodeDecodeError, csv.Error) as error:
        raise PipelineError(
            f"{shown}: cannot be read ({_reason(error)}). "
            "Next: save it as comma-separated UTF-8 text with one header line, or as Parquet."
        ) from error
    return [name.strip() or "one without a name" for name in names if name not in columns.values()]


def _reason(error: Exception) -> str:
    """Where DuckDB stumbled, and over what; it quotes the line in between, which may be long."""
    lines = [line for line in str(error).splitlines() if line and not line.startswith("Original Line")]
    return one_line(": ".join(lines[:2]) if isinstance(error, duckdb.InvalidInputException) else lines[0], 200)


def _refuse_too_many(connection: duckdb.DuckDBPyConnection, path: Path, shown: str) -> None:
    if _is_text(path):
        return
    rows = database.count(connection, "select sum(num_rows) from parquet_file_metadata(?)", [str(path)])
    if rows > MOST_ROWS:
        raise PipelineError(
            f"{shown}: holds {rows:,} rows, and at most {MOST_ROWS:,} are read. Next: leave out what is not needed, or "
            "split the table by task."
        )


def _is_text(path: Path) -> bool:
    return path.suffix.lower() != ".parquet"


def _header(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[list[str], str]:
    """The names of the columns as they are written, and what separates them."""
    if not _is_text(path):
        return list(connection.read_parquet(str(path)).columns), ","
    # -sig: spreadsheets put a mark before the first name.
    with path.open(encoding="utf-8-sig", newline="") as lines:
        first = lines.readline()
        lines.seek(0)
        delimiter = max(DELIMITERS, key=first.count)
        return next(csv.reader(lines, delimiter=delimiter, strict=True), []), delimiter


def _known_columns(names: Sequence[str], shown: str) -> dict[str, str]:
    """The columns that are read, by their names here; those of the file may be in capitals or between blanks."""
    found = [(own, name) for name in names if (own := name.strip().lower()) in KNOWN]
    found = [(OTHER_NAMES.get(own, own), name) for own, name in found]
    twice = [own for own, times in Counter(own for own, _ in found).items() if times > 1]
    if twice:
        raise PipelineError(f"{shown}: has two columns named {twice[0]!r}. Next: rename or remove one of them.")
    columns = dict(found)
    missing = [name for name in REQUIRED if name not in columns]
    if not any(name in columns for name in SCALES):
        missing.append("params")
    if missing:
        raise PipelineError(
            f"{shown}: lacks the columns {', '.join(missing)}; it has {_shown_names(names)}. "
            f"Next: give it a header with {EXAMPLE}, one row per score. Where models are ordered by something else, "
            f"scale and scale_name stand in place of params; known besides: {', '.join(OPTIONAL)}."
        )
    if "params" in columns and "scale" in columns:
        raise PipelineError(f"{shown}: has both params and scale. Next: leave the one that orders the models.")
    return columns


def _shown_names(names: Iterable[str]) -> str:
    return ", ".join(name[:40] for name in names)[:400] or "none"


def _read(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    names: Sequence[str],
    columns: Mapping[str, str],
    delimiter: str,
) -> None:
    if _is_text(path):
        # By their places: of the columns that nobody reads, two may have one name, or none.
        columns = {own: f"column {names.index(name)}" for own, name in columns.items()}
    source = (
        connection.read_csv(
            str(path),
            columns={f"column {place}": "VARCHAR" for place in range(len(names))},
            auto_detect=False,
            header=True,
            delimiter=delimiter,
            quotechar='"',
            escapechar='"',
            strict_mode=True,
        )
        if _is_text(path)
        else connection.read_parquet(str(path))
    )
    own = {**columns, "scale": columns.get("scale", columns.get("params", ""))}
    cells = [f"{_cell(own.get(name))} as {name}" for name in (*REQUIRED, "scale", *OPTIONAL) if name != "scale_name"]
    cells.append(
        f"coalesce({_cell(columns.get('scale_name'))}, '{'params' if 'params' in columns else 'scale'}') as scale_name"
    )
    source.project(", ".join(cells)).create_view("tidy_cells_view")
    # The view would be a dangling path in the finished database.
    connection.execute("create temp table tidy_cells as from tidy_cells_view")
    connection.execute("drop view tidy_cells_view")


def _cell(name: str | None) -> str:
    """The SQL of a column's text, null where it is empty or there is no such column; an error where it is too long."""
    if not name:
        return "null::varchar"
    text = f"{database.quoted_name(name)}::varchar"
    return (
        f"case when length({text}) <= {LONGEST_CELL} or {text} is null then nullif(trim({text}), '')"
        f" else error('a cell has more than {LONGEST_CELL:,} characters') end"
    )
