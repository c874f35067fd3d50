"""The stage `sharpness`: curves of the database -> curve_tests, in the database and as Parquet.

The tests take minutes. A table whose fingerprint (scores, code, seed, replicates) is that of this run is used as it is,
first the committed one, then the one of the run's own folder; any other is made again. So the table is never stale.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipeline import database
from pipeline.files import replacing
from pipeline.settings import DEFAULT_SOURCE, Settings
from pipeline.sharpness import parts, plan, source
from pipeline.sharpness.boot import SCHEDULE
from pipeline.sharpness.fingerprint import fingerprint
from pipeline.sharpness.table import curve_tests

NAME = "curve_tests.parquet"


def run(settings: Settings) -> list[Path]:
    """Test every curve that allows it; a stand-in has no scores and is left as it is.

    Raises:
        PipelineError: there is no database, or the table cannot be written.
    """
    with database.connect(settings.database, read_only=True) as connection:
        (is_stand_in,) = database.fetch_row(connection, "select is_stand_in from provenance")
        frame = None if is_stand_in else source.read(connection)
    if frame is None:
        with database.connect(settings.database) as connection:
            connection.execute("drop table if exists curve_tests")
        print("sharpness left out: it needs scores")
        return [settings.database]
    mark = fingerprint(frame, SCHEDULE, plan.SEED)
    path = find(places(settings), mark)
    is_new = path is None
    if path is None:
        path = places(settings)[-1]
        found = parts.run(plan.plan(frame), SCHEDULE, settings.data / "sharpness", workers=os.cpu_count() or 1)
        write(curve_tests(frame, found), path, mark)
    with database.connect(settings.database) as connection:
        connection.execute("create or replace table curve_tests as from read_parquet(?)", [str(path)])
        tested = database.count(connection, "select count(*) from curve_tests where is_tested")
    state = "" if is_new else " is up to date"
    print(f"sharpness {tested:,} of {len(frame):,} curves tested; {settings.shown(path)}{state}")
    return [settings.database, path]


def places(settings: Settings) -> list[Path]:
    """Where the table may lie, in the order it is looked for; a new one goes to the last."""
    committed = settings.root / "outputs" / "tables" / NAME
    return [committed] if settings.source == DEFAULT_SOURCE else [committed, settings.database.parent / NAME]


def find(candidates: Iterable[Path], mark: str) -> Path | None:
    """The first table that was made from the same scores by the same code."""
    for path in candidates:
        if path.is_file() and fingerprint_of(path) == mark:
            return path
    return None


def fingerprint_of(path: Path) -> str | None:
    """The fingerprint in a table's metadata, or none."""
    with duckdb.connect() as connection:
        query = "select decode(value) from parquet_kv_metadata(?) where decode(key) = 'fingerprint'"
        try:
            rows = connection.execute(query, [str(path)]).fetchall()
        except duckdb.Error:
            return None
    return str(rows[0][0]) if rows else None


def write(table: object, path: Path, mark: str) -> None:
    """Write the table with its fingerprint."""
    with replacing(path) as temporary, duckdb.connect() as connection:
        connection.register("curve_tests", table)
        place = str(temporary).replace("'", "''")
        options = f"format parquet, compression zstd, kv_metadata {{fingerprint: '{mark}'}}"
        connection.execute(f"copy (from curve_tests) to '{place}' ({options})")
