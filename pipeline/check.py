"""`make check`: every SQL data test on the database as it is."""

from pathlib import Path

from pipeline import analyse, database, load, score
from pipeline.settings import Settings


def run(settings: Settings) -> list[Path]:
    """Run the data tests that the database has tables for.

    Raises:
        PipelineError: there is no database, or a test finds rows.
    """
    with database.connect(settings.database, read_only=True) as connection:
        is_stand_in, keep_going, threshold = database.fetch_row(
            connection, "select is_stand_in, keep_going, threshold from provenance, options"
        )
        connection.execute("set variable threshold = ?::double", [threshold])
        connection.execute("set variable keep_going = ?::boolean", [keep_going])
        groups = [analyse.FINDINGS, analyse.REPRODUCTION]
        if not is_stand_in:
            groups = [score.CURVES, *groups]
        passed = 0 if is_stand_in else load.run_checks(connection, settings)
        for group in groups:
            passed += database.run_checks(connection, database.stage_files(settings.checks, *group))
    print(f"check    {passed} SQL data tests passed on {settings.shown(settings.database)}")
    return []
