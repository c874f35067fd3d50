"""The pinned table of preferred scores, or one in its form, into staging tables."""

from pathlib import Path

import duckdb

from pipeline.core import database, files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch import table
from pipeline.load.staging import Origin, describe_rows, new_database, stage

SOURCE_COLUMNS = {
    "subtask_description": "VARCHAR",
    "task_name": "VARCHAR",
    "number_of_shots": "BIGINT",
    "model_family_model_name": "VARCHAR",
    "score_value": "DOUBLE",
}


def load(settings: Settings, source: Source) -> list[Path]:
    """Load the table that was fetched.

    Raises:
        PipelineError: it is not the file that was fetched, its columns are others, or a check finds rows.
    """
    fetched = table.read_manifest(settings)
    scores = settings.root / str(fetched.path)
    _verify(settings, scores, fetched)
    with new_database(settings, Origin(fetched.sha256, fetched.size, fetched.address)) as connection:
        stage_table(connection, settings, source, scores)
        print(f"load     {describe_rows(connection)}")
    return [settings.database]


def _verify(settings: Settings, scores: Path, manifest: table.Manifest) -> None:
    if files.sha256(scores) != manifest.sha256:
        raise PipelineError(
            f"{settings.shown(scores)}: is not the file that was fetched (its sha256 changed). "
            "Next: delete it and run the same command again."
        )


def stage_table(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, scores: Path) -> None:
    """Stage the rows of a Parquet table and run the checks on them.

    Raises:
        PipelineError: the columns are others, or a check finds rows that it must not.
    """
    _open(connection, settings, scores)
    stage(connection, settings, source)


def _open(connection: duckdb.DuckDBPyConnection, settings: Settings, scores: Path) -> None:
    database.confine(connection, [scores])
    try:
        connection.read_parquet(str(scores)).create_view("source_table")
        found = {str(c): str(t) for c, t, *_ in connection.execute("describe source_table").fetchall()}
    except duckdb.Error as error:
        raise PipelineError(
            f"{settings.shown(scores)}: cannot be read as Parquet ({str(error).splitlines()[0]}). "
            "Next: delete it and run the same command again."
        ) from error
    if found != SOURCE_COLUMNS:
        raise PipelineError(
            f"{settings.shown(scores)}: has columns {_listed(found)}, but needs {_listed(SOURCE_COLUMNS)}. "
            "Next: fetch the table again, or rename and convert its columns."
        )
    # The view would be a dangling path in the finished database.
    connection.execute("create temp table kept_source as from source_table")
    connection.execute("drop view source_table")
    connection.execute("alter table kept_source rename to source_table")


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())
