"""Staged scores -> curves -> emergence, all of it SQL."""

from pathlib import Path

from pipeline import sources
from pipeline.core import database
from pipeline.core.settings import Settings
from pipeline.core.wording import counted


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
    curves = sum(number for _, number in by_status)
    print(
        f"score    {counted(curves, 'curve')} = " + " + ".join(f"{number:,} {status}" for status, number in by_status)
    )
    return [settings.database]
