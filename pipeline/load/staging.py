"""Scores of any source -> staging tables in a fresh DuckDB file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import duckdb

from pipeline.core import database, files, progress
from pipeline.core.errors import PipelineError
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.core.wording import counted, one_line

# Beyond it DuckDB writes to disk beside the database. For 1.8 million scores that is faster than without a limit
# and takes a quarter of the memory.
MEMORY_LIMIT = "300MB"
MOST_NAMED = 5


class Origin(NamedTuple):
    """Where the scores are from, for the report; a tree of files has no single hash."""

    sha256: str | None
    size: int | None
    address: str


@contextmanager
def new_database(settings: Settings, origin: Origin) -> Iterator[duckdb.DuckDBPyConnection]:
    """A fresh database with seeds and provenance that takes the old one's place if the block succeeds.

    Who fills it confines it to the files that were given, before it reads the first.

    Raises:
        PipelineError: another process holds the old one, or the disk is full.
    """
    # A file that another process holds can be replaced under its feet: that process would go on with the old one.
    database.refuse_if_held(settings.database)
    with files.replacing(settings.database) as temporary:
        temporary.unlink()
        with database.connect(temporary, create=True) as connection:
            connection.execute("set variable keep_going = ?", [settings.keep_going])
            connection.execute("set memory_limit = ?", [MEMORY_LIMIT])
            try:
                load_seeds(connection, settings)
                _note_provenance(connection, settings, origin)
                yield connection
            except duckdb.Error as error:
                if not database.is_refused_by_system(error):
                    raise
                what_next = (
                    f"one step needs more memory than {MEMORY_LIMIT}: split the scores by task"
                    if isinstance(error, duckdb.OutOfMemoryException)
                    else "check that the disk has room"
                )
                raise PipelineError(
                    f"{settings.shown(settings.database)}: cannot be written ({str(error).splitlines()[0]}). "
                    f"Next: {what_next}."
                ) from error


def _note_provenance(connection: duckdb.DuckDBPyConnection, settings: Settings, origin: Origin) -> None:
    connection.execute(
        "create table provenance as select ? as source, ?::varchar as sha256, ?::bigint as size, ? as address,"
        " ?::boolean as keep_going",
        [settings.source, *origin, settings.keep_going],
    )


def stage(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source) -> None:
    """Make the staging tables: what differs by source ends in source_rows, all after it is shared.

    Raises:
        PipelineError: a check finds rows that it must not.
    """
    # From here on all is in tables.
    database.confine(connection)
    with progress.shown(connection, "load"):
        for sql_file in database.sql_files(source.folders(settings, "staging")):
            # The finished database would hold every score twice.
            database.build_table(connection, sql_file, temporary=sql_file.stem == "source_rows")
        database.run_checks(connection, source.folders(settings, "checks/staging"))


def describe_rows(connection: duckdb.DuckDBPyConnection) -> str:
    """One line that accounts for every row."""
    counts = dict(connection.execute("from row_counts order by row_count desc, outcome").fetchall())
    rows_in = counts.pop("in")
    parts = " + ".join(f"{number:,} {outcome}" for outcome, number in counts.items())
    return f"{counted(rows_in, 'row')} in = {parts}"


def print_nonfinite(connection: duckdb.DuckDBPyConnection) -> None:
    """Say where scores are NaN or infinite: they are kept, and the curves that hold one have no emergence score."""
    found = connection.execute(
        "select metric, sum(score_count)::bigint from nonfinite_scores group by metric order by 2 desc, 1"
    ).fetchall()
    if found:
        total = sum(number for _, number in found)
        named = ", ".join(one_line(metric, 60) for metric, _ in found[:MOST_NAMED])
        what = counted(total, "score is", "scores are")
        print(f"load     NOT FINITE: {what} NaN or infinite ({named}); no curve with one has an E")
