"""The committed curves, where the scores that they were made from cannot be had."""

from pathlib import Path

import duckdb

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch import table
from pipeline.load.staging import Origin, new_database

COLUMNS = {
    "task", "subtask", "is_aggregate", "metric", "shots", "family", "n_scales", "n_test", "n_test_basis", "lowest",
    "highest", "last_score", "ends_worst", "span", "median_step", "emergence_score", "turns_on_ties", "status",
}  # fmt: skip

ADOPT = """
create table emergence as
select
    (row_number() over (order by task, subtask, metric, shots, family))::integer as curve_id,
    *
from read_parquet(?)
"""


def load(settings: Settings, _: Source) -> list[Path]:
    """Take the committed curves as the `emergence` table itself; there is nothing to stage or to score.

    Raises:
        PipelineError: the committed table is damaged.
    """
    path = settings.committed / "emergence.parquet"
    remedy = "Next: bring it back with `git checkout outputs/tables`."
    with new_database(settings, Origin(None, None, table.PINNED.address)) as connection:
        database.confine(connection, [path])
        try:
            missing = COLUMNS - set(connection.read_parquet(str(path)).columns)
        except duckdb.Error as error:
            raise PipelineError(
                f"{settings.shown(path)}: cannot be read ({str(error).splitlines()[0]}). {remedy}"
            ) from error
        if missing:
            raise PipelineError(f"{settings.shown(path)}: lacks the columns {', '.join(sorted(missing))}. {remedy}")
        connection.execute(ADOPT, [str(path)])
        curves = database.count(connection, "select count(*) from emergence")
    print(f"load     STAND-IN: {curves:,} curves from {settings.shown(path)}")
    return [settings.database]
