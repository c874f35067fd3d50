"""The DuckDB file: open it, build tables from .sql files, test them, export them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import PipelineError
from pipeline.files import replacing

SIGNIFICANT_DIGITS = 10


@contextmanager
def connect(path: Path, *, read_only: bool = False, create: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database at `path` and close it whatever happens.

    Raises:
        PipelineError: there is no such file (unless it is to be created), another process holds it, or it is
            no DuckDB file.
    """
    if not create and not path.is_file():
        raise PipelineError(f"{path}: there is no database yet. Next: run `make load`.")
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        raise PipelineError(_explain_open_failure(path, str(error))) from error
    try:
        # Past two seconds DuckDB draws it over the lines that the stages print.
        connection.execute("set enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def _explain_open_failure(path: Path, message: str) -> str:
    holder = re.search(r"\(PID (\d+)\)", message)
    if holder:
        return f"{path}: process {holder[1]} holds the database. Next: close it (kill {holder[1]}), then run again."
    return f"{path}: cannot be opened as a DuckDB database ({message.splitlines()[0]}). Next: delete it and run again."


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All tables of the block, or none."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def table_name(sql_file: Path) -> str:
    """`30_by_metric.sql` makes the table `by_metric`."""
    return sql_file.stem.split("_", 1)[1]


def stage_files(folders: Iterable[Path], first: int, last: int) -> list[Path]:
    """The .sql files of a stage in several folders, in the order of their numbers and names."""
    found = (path for folder in folders for path in folder.glob("[0-9][0-9]_*.sql"))
    return sorted((path for path in found if first <= int(path.name[:2]) <= last), key=lambda path: path.name)


def build_table(connection: duckdb.DuckDBPyConnection, sql_file: Path, *, temporary: bool = False) -> None:
    """Make the table that `sql_file`, a single query, defines; a temporary one goes with the connection."""
    query = sql_file.read_text(encoding="utf-8")
    kind = "temp table" if temporary else "table"
    connection.execute(f"create or replace {kind} {table_name(sql_file)} as\n{query}")


def build_tables(connection: duckdb.DuckDBPyConnection, sql_files: Iterable[Path]) -> None:
    """Make the tables of several files, in the order given."""
    for sql_file in sql_files:
        build_table(connection, sql_file)


def make_macros(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Define what several queries share."""
    for macro in sorted(folder.glob("*.sql")):
        connection.execute(macro.read_text(encoding="utf-8"))


def run_check(connection: duckdb.DuckDBPyConnection, sql_file: Path) -> None:
    """Run one data test.

    The file opens with two comment lines: what its rows would mean, and what to do about them.

    Raises:
        PipelineError: the query returned rows; up to three are named.
    """
    query = sql_file.read_text(encoding="utf-8")
    meaning, remedy = (line.removeprefix("-- ") for line in query.splitlines()[:2])
    relation = connection.execute(query)
    columns = [column[0] for column in relation.description or []]
    rows = relation.fetchall()
    if rows:
        shown = "; ".join(", ".join(f"{c}={v!r}" for c, v in zip(columns, row, strict=True)) for row in rows[:3])
        more = f"; and {len(rows) - 3} more" if len(rows) > 3 else ""
        raise PipelineError(f"{meaning}: {shown}{more}. Next: {remedy} [{_in_sql(sql_file)}]")


def _in_sql(sql_file: Path) -> str:
    """A query's path from the folder `sql` on."""
    above = len(sql_file.parts) - 1 - sql_file.parts[::-1].index("sql")
    return "/".join(sql_file.parts[above:])


def run_checks(connection: duckdb.DuckDBPyConnection, sql_files: Iterable[Path]) -> int:
    """Run data tests and return how many passed.

    Raises:
        PipelineError: the first that failed.
    """
    passed = 0
    for sql_file in sql_files:
        run_check(connection, sql_file)
        passed += 1
    return passed


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The single number that a query returns."""
    (number,) = fetch_row(connection, query)
    return int(number)


def fetch_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The single row that a query returns."""
    rows = connection.execute(query).fetchall()
    if len(rows) != 1:
        raise ValueError(f"expected one row, got {len(rows)}: {query}")
    return rows[0]


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the database holds a table or view of this name."""
    found = connection.execute(
        "select count(*) from information_schema.tables where table_name = ?", [table]
    ).fetchall()
    return bool(found[0][0])


def holds_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the database has a table of this name, with a row in it."""
    return has_table(connection, table) and bool(connection.execute(f'from "{table}" limit 1').fetchall())


def export_csv(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> Path:
    """Write a table as CSV, its rows sorted by their columns from left to right.

    Doubles are written with at most ten significant digits, so that the last bits of a processor's
    arithmetic never reach a file; infinities as `inf` and `-inf`; null as an empty field.
    """
    columns = connection.execute(f'select * from "{table}" limit 0').description or []
    shown = ", ".join(
        f'format(\'{{:.{SIGNIFICANT_DIGITS}g}}\', "{name}") as "{name}"' if kind == "DOUBLE" else f'"{name}"'
        for name, kind in ((column[0], str(column[1])) for column in columns)
    )
    with replacing(path) as temporary:
        connection.execute(
            f"copy (select {shown} from (select * from \"{table}\" order by all)) to '{_quoted(temporary)}' (header)"
        )
    return path


def export_parquet(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> Path:
    """Write a table as Parquet in full precision, sorted like `export_csv`."""
    with replacing(path) as temporary:
        connection.execute(
            f"copy (select * from \"{table}\" order by all) to '{_quoted(temporary)}'"
            " (format parquet, compression zstd)"
        )
    return path


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
