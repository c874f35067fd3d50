"""The DuckDB file: open it, build tables from .sql files, test them, export them."""

import errno
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline.core.errors import PipelineError
from pipeline.core.files import replacing
from pipeline.core.wording import shortened, visible

SIGNIFICANT_DIGITS = 10
# Of a cell in an error, in characters.
LONGEST_NAMED = 300
# Beyond it DuckDB writes to disk beside the database, whatever the machine has.
MEMORY_LIMIT = "1GB"
# A quarter of what DuckDB takes: a table takes at least one block, and most tables here are small.
BLOCK_SIZE = "65536"
HOLDER = re.compile(r"\(PID (\d+)\)")


@contextmanager
def connect(
    path: Path, *, reach: Iterable[Path] = (), read_only: bool = False, create: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database at `path`, with access to no files but that one and `reach`, and close it whatever happens.

    Args:
        path: of the database.
        reach: other files and folders that its queries read or write.
        read_only: whether it is left as it is.
        create: whether it may be new; then the caller must call `confine` once the database is set up.

    Raises:
        PipelineError: there is no such file (unless it is to be created), another process holds it, or it is
            no DuckDB file.
    """
    if not create and not path.is_file():
        raise PipelineError(f"{path}: there is no database yet. Next: run `make load`.")
    try:
        config: dict[str, Any] = {"default_block_size": BLOCK_SIZE} if create else {}
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        raise PipelineError(_explain_open_failure(path, str(error))) from error
    try:
        if not is_confined(connection):
            # Past two seconds DuckDB would draw over the lines that the stages print; core/progress.py asks it instead.
            connection.execute("set enable_progress_bar = true; set enable_progress_bar_print = false")
            connection.execute("set memory_limit = ?", [MEMORY_LIMIT])
        if not create:
            confine(connection, reach)
        yield connection
    finally:
        connection.close()


@contextmanager
def in_memory(reach: Iterable[Path] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that is gone afterwards, confined to the files and folders that it is to reach."""
    with duckdb.connect() as connection:
        confine(connection, reach)
        yield connection


def confine(connection: duckdb.DuckDBPyConnection, reach: Iterable[Path] = ()) -> None:
    """Let queries reach no files but the database's own and `reach`, whatever a name or a text in scores holds.

    Connections of one process to one file share this; the first to be confined decides.

    Args:
        connection: what is confined, for good.
        reach: files, and folders with all below them, as they were named.
    """
    if is_confined(connection):
        return
    # Every path is listed under both options: only the one for its kind, file or folder, takes effect.
    paths = ", ".join(quoted_text(str(path.absolute())) for path in reach)
    for option in ("allowed_paths", "allowed_directories"):
        connection.execute(f"set {option} = [{paths}]")
    connection.execute("set enable_external_access = false; set lock_configuration = true")


def is_confined(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether nobody can change any longer what its queries may reach."""
    return bool(fetch_row(connection, "select current_setting('lock_configuration')")[0])


def refuse_if_held(path: Path) -> None:
    """Make sure that no other process uses a database that is to be replaced; what it holds does not matter.

    Raises:
        PipelineError: a process holds it.
    """
    if path.is_file():
        try:
            duckdb.connect(str(path)).close()
        except duckdb.Error as error:
            # One that is damaged, or of another version, is replaced.
            if HOLDER.search(str(error)):
                raise PipelineError(_explain_open_failure(path, str(error))) from error
    # The write-ahead log of a killed run must not be replayed into the database that replaces its own.
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def is_refused_by_system(error: duckdb.Error) -> bool:
    """Whether the disk or the memory is at fault, and not a query or what it reads."""
    kinds = duckdb.IOException | duckdb.OutOfMemoryException
    return isinstance(error, kinds) or os.strerror(errno.ENOSPC) in str(error)


def _explain_open_failure(path: Path, message: str) -> str:
    holder = HOLDER.search(message)
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


def sql_files(folders: Iterable[Path]) -> list[Path]:
    """The .sql files of several folders, each after those whose tables it reads.

    Raises:
        ValueError: two files make tables of one name.
        graphlib.CycleError: files read each other's tables.
    """
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.sql"))}
    if len(found) < sum(len(list(folder.glob("*.sql"))) for folder in folders):
        raise ValueError(f"two files make a table of one name, below {', '.join(map(str, folders))}")
    needs = {
        name: sorted(tables_read(path.read_text(encoding="utf-8")) & found.keys() - {name})
        for name, path in sorted(found.items())
    }
    return [found[name] for name in TopologicalSorter(needs).static_order()]


def tables_read(query: str) -> set[str]:
    """The names that a query reads from, without those of its own CTEs."""
    code = re.sub(r"--.*", "", query)
    own = re.findall(r"\b([a-z_][a-z0-9_]*)\s+as\s+(?:(?:not\s+)?materialized\s+)?\(\s*(?:with|select|from)\b", code)
    return set(re.findall(r"\b(?:from|join)\s+([a-z_][a-z0-9_]*)", code)) - set(own)


def build_table(connection: duckdb.DuckDBPyConnection, sql_file: Path, *, temporary: bool = False) -> None:
    """Make the table that a file, a single query, defines and names; a temporary one goes with the connection."""
    query = sql_file.read_text(encoding="utf-8")
    kind = "temp table" if temporary else "table"
    connection.execute(f"create or replace {kind} {quoted_name(sql_file.stem)} as\n{query}")


def build_tables(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path]) -> None:
    """Make the tables of every file in several folders."""
    for sql_file in sql_files(list(folders)):
        build_table(connection, sql_file)


def make_macros(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Define what several queries share."""
    for macro in sorted(folder.glob("*.sql")):
        connection.execute(macro.read_text(encoding="utf-8"))


def make_table(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Make a table of a frame, which needs a column."""
    connection.register("frame_of_table", frame)
    try:
        connection.execute(f"create or replace table {quoted_name(name)} as from frame_of_table")
    finally:
        connection.unregister("frame_of_table")


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
        named = [zip(columns, row, strict=True) for row in rows[:3]]
        shown = "; ".join(", ".join(f"{column}={_named(value)}" for column, value in row) for row in named)
        more = f"; and {len(rows) - 3} more" if len(rows) > 3 else ""
        raise PipelineError(f"{meaning}: {shown}{more}. Next: {remedy} [{_in_sql(sql_file)}]")


def _named(value: object) -> str:
    return shortened(visible(repr(value)), LONGEST_NAMED)


def _in_sql(sql_file: Path) -> str:
    """A query's path from the folder `sql` on."""
    above = len(sql_file.parts) - 1 - sql_file.parts[::-1].index("sql")
    return "/".join(sql_file.parts[above:])


def run_checks(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path]) -> int:
    """Run the data tests of every file in several folders and return how many passed.

    Raises:
        PipelineError: the first that failed.
    """
    checks = check_files(folders)
    for sql_file in checks:
        run_check(connection, sql_file)
    return len(checks)


def check_files(folders: Iterable[Path]) -> list[Path]:
    """The data tests of several folders."""
    return [path for folder in folders for path in sorted(folder.glob("*.sql"))]


def count(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> int:
    """The single number that a query returns."""
    (number,) = fetch_row(connection, query, values)
    return int(number)


def fetch_row(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
    """The single row that a query returns."""
    rows = connection.execute(query, list(values)).fetchall()
    if len(rows) != 1:
        raise ValueError(f"expected one row, got {len(rows)}: {query}")
    return rows[0]


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the database holds a table or view of this name."""
    try:
        # The catalogue by name: to look through what DuckDB says of all tables takes ten times as long.
        connection.table(quoted_name(table))
    except duckdb.CatalogException:
        return False
    return True


def table_names(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The names of all tables and views: of many, to ask for each would take most of the time."""
    return {name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()}


def holds_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the database has a table of this name, with a row in it."""
    return has_table(connection, table) and bool(connection.execute(f"from {quoted_name(table)} limit 1").fetchall())


def export_csv(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> Path:
    """Write a table as CSV, its rows sorted by their columns from left to right, without the numbers of curves.

    Doubles are written with at most ten significant digits, so that the last bits of a processor's
    arithmetic never reach a file; infinities as `inf` and `-inf`; null as an empty field.
    """
    shown = (
        f"format('{{:.{SIGNIFICANT_DIGITS}g}}', {name}) as {name}" if kind == "DOUBLE" else name
        for name, kind in _exported(connection, table)
    )
    with replacing(path) as temporary:
        query = f"select {', '.join(shown)} from ({_ordered(connection, table)})"  # noqa: S608 - quoted names
        copy_to(connection, query, temporary, "format csv, header")
    return path


def export_frames(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write frames as CSV files of their names, in the way of `export_csv`."""
    with in_memory([folder]) as connection:
        for name, frame in tables.items():
            make_table(connection, name, frame)
        return [export_csv(connection, name, folder / f"{name}.csv") for name in tables]


def export_parquet(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> Path:
    """Write a table as Parquet in full precision, otherwise like `export_csv`."""
    with replacing(path) as temporary:
        copy_to(connection, _ordered(connection, table), temporary, "format parquet, compression zstd")
    return path


def _exported(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    """The columns of a table that mean something outside a database, quoted, each with its type."""
    columns = ((str(column[0]), str(column[1])) for column in connection.table(table).limit(0).description)
    return [(quoted_name(name), kind) for name, kind in columns if not name.endswith("curve_id")]


def _ordered(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    names = ", ".join(name for name, _ in _exported(connection, table))
    return f"select {names} from {quoted_name(table)} order by all"  # noqa: S608 - quoted names


def copy_to(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    """Write the rows of a query to a file, whose name DuckDB takes as text only.

    It is a temporary file that is renamed when it is whole; DuckDB need not make another one beside it.
    """
    connection.execute(f"copy ({query}) to {quoted_text(str(path))} ({options}, use_tmp_file false)")


def quoted_name(name: str) -> str:
    """A table's or column's name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as an SQL literal, for the statements that take no bound values: `copy`, `set` and `attach`."""
    return "'" + text.replace("'", "''") + "'"
