"""The stage `curve_tests`: curves of the database -> curve_tests, in the database and as Parquet.

The tests take minutes. A table whose key (scores, code, seed, replicates) is that of this run is used as it is, first
the committed one, then the one of the run's own folder; any other is made again. So the table is never stale.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import sources
from pipeline.core import database, files, freshness, sample_sizes
from pipeline.core.settings import DEFAULT_SOURCE, Settings
from pipeline.curve_tests import parts, plan, source
from pipeline.curve_tests.boot import SCHEDULE
from pipeline.curve_tests.source import KEY
from pipeline.curve_tests.table import curve_tests

NAME = "curve_tests.parquet"
INPUTS = (*KEY, "basis", "set_aside", "n_test", "chance", "scores", "params")

# The file knows curves by their names; from here on their number is enough.
ADOPT = """
create or replace table curve_tests as
select
    emergence.curve_id,
    tests.*
from read_parquet(?) as tests
inner join emergence using (task, subtask, metric, shots, family)
"""


def run(settings: Settings) -> list[Path]:
    """Test every curve that allows it; committed curves without scores are left as they are.

    Raises:
        PipelineError: there is no database, or the table cannot be written.
    """
    if not sources.find(settings).has_scores:
        with database.connect(settings.database) as connection:
            connection.execute("drop table if exists curve_tests")
        print("curve_tests left out: it needs scores")
        return [settings.database]
    with database.connect(settings.database, read_only=True) as connection:
        frame = source.read(connection)
    key = key_of(frame, SCHEDULE, plan.SEED)
    path = next((place for place in places(settings) if freshness.is_made_from(place, key)), None)
    is_new = path is None
    if path is None:
        path = places(settings)[-1]
        found = parts.run(plan.plan(frame), SCHEDULE, settings.data / "curve_tests", workers=os.cpu_count() or 1)
        write(curve_tests(frame, found), path, key)
    with database.connect(settings.database) as connection:
        connection.execute(ADOPT, [str(path)])
        tested = database.count(connection, "select count(*) from curve_tests where is_tested")
    state = "" if is_new else " is up to date"
    print(f"curve_tests {tested:,} of {len(frame):,} curves tested; {settings.shown(path)}{state}")
    return [settings.database, path]


def places(settings: Settings) -> list[Path]:
    """Where the table may lie, in the order in which it is looked for; a new one goes to the last."""
    committed = settings.committed / NAME
    own = settings.data / "curve_tests" / settings.name / NAME
    return [committed] if settings.source == DEFAULT_SOURCE else [committed, own]


def key_of(frame: pd.DataFrame, reps: Sequence[int], seed: int) -> str:
    """The key of a table made from a frame of `source.read`, with these replicates and this seed.

    It is the same on every machine: it is taken of inputs as the database holds them, before any arithmetic.
    """
    code = freshness.code_key("pipeline.curve_tests.plan", "pipeline.curve_tests.table")
    digest = hashlib.sha256(f"{code} {files.sha256(sample_sizes.FILE)} {tuple(reps)} {seed}".encode())
    for row in frame[list(INPUTS)].itertuples(index=False):
        *values, scores, params = row
        numbers = [list(map(float, scores)), list(map(float, params))]
        digest.update(repr([None if pd.isna(value) else str(value) for value in values] + numbers).encode())
    return digest.hexdigest()


def write(table: pd.DataFrame, path: Path, key: str) -> None:
    """Write the table, and then its key: without it the table counts as not made."""
    with duckdb.connect() as connection:
        database.make_table(connection, "curve_tests", table)
        database.export_parquet(connection, "curve_tests", path)
    freshness.record([path], key)
