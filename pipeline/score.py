"""Staged scores -> curves -> emergence, all of it SQL."""

from pathlib import Path

import duckdb

from pipeline import sources
from pipeline.core import database
from pipeline.core.settings import Settings
from pipeline.core.wording import counted, one_line

LONGEST_LINE = 1000


def run(settings: Settings) -> list[Path]:
    """Build curves and their emergence scores; committed curves are left as they are.

    Raises:
        PipelineError: there is no database, or a check fails; the tables of the last run stay.
    """
    source = sources.find(settings)
    with database.connect(settings.database) as connection:
        if source.has_scores:
            with database.transaction(connection):
                database.build_tables(connection, source.folders(settings, "curves"))
                database.run_checks(connection, source.folders(settings, "checks/curves"))
        by_status = connection.execute(
            "select status, count(*) from emergence group by status order by count(*) desc, status"
        ).fetchall()
        notes = _notes(connection)
    curves = sum(number for _, number in by_status)
    print(
        f"score    {counted(curves, 'curve')} = " + " + ".join(f"{number:,} {status}" for status, number in by_status)
    )
    for line in notes:
        print(f"score    {one_line(line, LONGEST_LINE)}")
    return [settings.database]


def _notes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What a person should know of the curves, where the source leaves something open."""
    if not database.has_table(connection, "score_notes"):
        return []
    return [line for (line,) in connection.execute("select line from score_notes order by position").fetchall()]
