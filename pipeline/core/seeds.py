"""The facts of sql/seeds as tables."""

import duckdb

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings


def load_seeds(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make the seed tables.

    Raises:
        PipelineError: a seed file is missing or does not parse.
    """
    folder = settings.sql / "seeds"
    connection.execute(f"set file_search_path = {database.quoted_text(str(folder))}")
    try:
        with database.transaction(connection):
            database.build_tables(connection, [folder])
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise PipelineError(
            f"sql/seeds: {str(error).splitlines()[0]} "
            "Next: mend that file, or bring it back with `git checkout sql/seeds`."
        ) from error
