"""Anybody's scores in a tidy table, into staging tables."""

from pathlib import Path

from pipeline.core import database, files, progress
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.core.wording import one_line
from pipeline.load import given_tasks, tidy_table
from pipeline.load.staging import Origin, describe_rows, new_database, print_nonfinite, stage


def load(settings: Settings, source: Source) -> list[Path]:
    """Load a tidy table of scores.

    Raises:
        PipelineError: the table or TASKS cannot be used, the table holds no score, or a row cannot be used and
            KEEP_GOING is not set.
    """
    path = settings.path
    with new_database(settings, Origin(files.sha256(path), path.stat().st_size, settings.source)) as connection:
        database.confine(connection, [path])
        with progress.shown(connection, "load"):
            unread = tidy_table.open_cells(connection, path, settings.source)
        if unread:
            print(f"load     columns that are not read: {one_line(', '.join(unread), 400)}")
        if not database.holds_rows(connection, "tidy_cells"):
            raise PipelineError(
                f"{settings.source}: holds a header and no row. Next: write one row per score below the header."
            )
        given_tasks.make_table(connection, settings)
        stage(connection, settings, source)
        if not database.holds_rows(connection, "stg_scores"):
            raise PipelineError(
                f"{settings.source}: no row of it can be used, so no score is left. "
                "Next: run without KEEP_GOING to see what is wrong with the first rows, and mend them."
            )
        print(f"load     {describe_rows(connection)}")
        print_nonfinite(connection)
    return [settings.database]
