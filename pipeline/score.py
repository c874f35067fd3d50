"""Staged scores -> curves -> emergence, all of it SQL."""

from pathlib import Path

from pipeline import database
from pipeline.settings import Settings
from pipeline.wording import counted

CURVES = (20, 29)


def run(settings: Settings) -> list[Path]:
    """Build curves and their emergence scores; a stand-in brings its own and is left as it is.

    Raises:
        PipelineError: there is no database, or a check fails; the tables of the last run stay.
    """
    with database.connect(settings.database) as connection:
        (is_stand_in,) = database.fetch_row(connection, "select is_stand_in from provenance")
        if not is_stand_in:
            with database.transaction(connection):
                database.build_tables(connection, database.stage_files(settings.queries, *CURVES))
                database.run_checks(connection, database.stage_files(settings.checks, *CURVES))
        by_status = connection.execute(
            "select status, count(*) from emergence group by status order by count(*) desc, status"
        ).fetchall()
    curves = sum(number for _, number in by_status)
    print(
        f"score    {counted(curves, 'curve')} = " + " + ".join(f"{number:,} {status}" for status, number in by_status)
    )
    return [settings.database]
