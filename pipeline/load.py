"""Scores -> staging tables in a fresh DuckDB file."""

from pathlib import Path

import duckdb

from pipeline import database, files
from pipeline.errors import PipelineError
from pipeline.fetch import table
from pipeline.settings import Settings

SEEDS, STAGING = (1, 9), (10, 19)
SOURCE_COLUMNS = {
    "subtask_description": "VARCHAR",
    "task_name": "VARCHAR",
    "number_of_shots": "BIGINT",
    "model_family_model_name": "VARCHAR",
    "score_value": "DOUBLE",
}

STAND_IN_COLUMNS = {
    "task", "subtask", "is_aggregate", "metric", "shots", "family", "n_scales", "n_test", "n_test_basis", "lowest",
    "highest", "last_score", "span", "median_step", "emergence_score", "turns_on_ties", "status",
}  # fmt: skip


def run(settings: Settings) -> list[Path]:
    """Build the database anew: seeds, staged scores, and an account of every row.

    Raises:
        PipelineError: the table is not what it should be; the old database, if any, stays.
    """
    manifest = table.read_manifest(settings)
    _refuse_if_held(settings.database)
    with files.replacing(settings.database) as temporary:
        temporary.unlink()
        with database.connect(temporary, create=True) as connection:
            load_seeds(connection, settings)
            _note_provenance(connection, settings, manifest)
            if manifest.path is None:
                _load_stand_in(connection, settings)
            else:
                scores = settings.root / manifest.path
                _verify(settings, scores, manifest)
                load_scores(connection, settings, scores)
    return [settings.database]


def _refuse_if_held(path: Path) -> None:
    # A file that another process holds can be replaced under its feet: that process would go on with the old one.
    if path.is_file():
        with database.connect(path):
            pass


def _verify(settings: Settings, scores: Path, manifest: table.Manifest) -> None:
    if files.sha256(scores) != manifest.sha256:
        raise PipelineError(
            f"{settings.shown(scores)}: is not the file that was fetched (its sha256 changed). "
            "Next: delete it and run `make fetch`."
        )


def load_seeds(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the seed tables from sql/seeds.

    Raises:
        PipelineError: a seed file is missing or does not parse.
    """
    seeds = str(settings.sql / "seeds").replace("'", "''")
    connection.execute(f"set file_search_path = '{seeds}'")
    try:
        database.build_tables(connection, database.stage_files(settings.sql, *SEEDS))
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise PipelineError(
            f"sql/seeds: {str(error).splitlines()[0]} "
            "Next: mend that file, or bring it back with `git checkout sql/seeds`."
        ) from error


def load_scores(connection: duckdb.DuckDBPyConnection, settings: Settings, scores: Path) -> None:
    """Stage the rows of a Parquet table and run the checks on them.

    Raises:
        PipelineError: the columns are others, or a check finds rows that it must not.
    """
    _open_source(connection, settings, scores)
    database.build_tables(connection, database.stage_files(settings.sql, *STAGING))
    database.run_checks(connection, database.stage_files(settings.sql / "checks", *STAGING))
    print(f"load     {describe_rows(connection)}")


def _open_source(connection: duckdb.DuckDBPyConnection, settings: Settings, scores: Path) -> None:
    try:
        connection.read_parquet(str(scores)).create_view("source_table")
        found = {str(c): str(t) for c, t, *_ in connection.execute("describe source_table").fetchall()}
    except duckdb.Error as error:
        raise PipelineError(
            f"{settings.shown(scores)}: cannot be read as Parquet ({str(error).splitlines()[0]}). "
            "Next: delete it and run `make fetch` again."
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


def describe_rows(connection: duckdb.DuckDBPyConnection) -> str:
    """One line that accounts for every row."""
    counts = dict(connection.execute("from row_counts order by row_count desc, outcome").fetchall())
    rows_in = counts.pop("in")
    parts = " + ".join(f"{number:,} {outcome}" for outcome, number in counts.items())
    return f"{rows_in:,} rows in = {parts}"


def _note_provenance(connection: duckdb.DuckDBPyConnection, settings: Settings, manifest: table.Manifest) -> None:
    connection.execute(
        "create table provenance as select ? as source, ?::varchar as sha256, ?::bigint as size, ? as address,"
        " ?::boolean as is_stand_in",
        [settings.source, manifest.sha256, manifest.size, manifest.address, manifest.is_stand_in],
    )


def _load_stand_in(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Take the committed curves as the `emergence` table itself; there is nothing to stage or to score."""
    path = table.stand_in_path(settings)
    remedy = "Next: bring it back with `git checkout outputs/tables`."
    try:
        connection.read_parquet(str(path)).create("emergence")
    except duckdb.Error as error:
        raise PipelineError(
            f"{settings.shown(path)}: cannot be read ({str(error).splitlines()[0]}). {remedy}"
        ) from error
    missing = STAND_IN_COLUMNS - {str(row[0]) for row in connection.execute("describe emergence").fetchall()}
    if missing:
        raise PipelineError(f"{settings.shown(path)}: lacks the columns {', '.join(sorted(missing))}. {remedy}")
    curves = database.count(connection, "select count(*) from emergence")
    print(f"load     STAND-IN: {curves:,} curves from {settings.shown(path)}")
