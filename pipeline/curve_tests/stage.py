"""The stage `curve_tests`: curves of the database -> curve_tests, and what smooth worlds give beside them.

Both take a while. A table whose key (scores, code, seed, options) is that of this run is used as it is, first the
committed one, then the one of the run's own folder; any other is made again. So no table is ever stale.
"""

import csv
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from pipeline import sources
from pipeline.core import database, files, freshness, parallel, sample_sizes, wording
from pipeline.core.parallel import Work
from pipeline.core.settings import DEFAULT_SOURCE, Settings, exact
from pipeline.curve_tests import parts, plan, scenarios, source, world_tables, worlds
from pipeline.curve_tests.estimates import estimate
from pipeline.curve_tests.ratios import MOST
from pipeline.curve_tests.source import KEY
from pipeline.curve_tests.table import curve_tests
from pipeline.curve_tests.worlds import STRATUM

NAME = "curve_tests.parquet"
SCENARIO_TABLES = ("strata", "scenario_counts", "scenario_checks")
TEXTS = frozenset({*STRATUM, *world_tables.CHECK, "convention", "metric"})
FLAGS = frozenset({"is_ruled_out"})
INPUTS = (*KEY, "basis", "set_aside", "n_test", "chance", "scores", "scale", "error")

# The file knows curves by their names; from here on their number is enough. Where no curve was fitted, the file does
# not know that `fitted` holds lists.
ADOPT = """
create or replace table curve_tests as
select
    emergence.curve_id,
    tests.* replace (tests.fitted::json::double[] as fitted)
from read_parquet(?) as tests
inner join emergence using (task, subtask, metric, shots, family)
"""


class Scored(NamedTuple):
    """What smooth worlds start from: the curves, the tests of proportions that were fitted, and the conventions."""

    frame: pd.DataFrame
    tests: pd.DataFrame
    conventions: pd.DataFrame


@parallel.kept_processes()
def run(settings: Settings) -> list[Path]:
    """Test every curve that allows it; committed curves without scores are left as they are.

    Raises:
        PipelineError: there is no database, or a table cannot be written.
    """
    if not sources.find(settings).has_scores:
        with database.connect(settings.database) as connection:
            for name in ("curve_tests", *SCENARIO_TABLES):
                connection.execute(f"drop table if exists {database.quoted_name(name)}")
        print("curve_tests left out: it needs scores")
        return [settings.database]
    with database.connect(settings.database, read_only=True) as connection:
        frame = source.read(connection)
        conventions = connection.execute("from seed_conventions order by convention").df()
    key = key_of(frame, MOST, plan.SEED)
    work = Work(settings.data / "curve_tests", os.cpu_count() or 1, settings.scheduler)
    (path,), is_new = _ensure(
        places(settings), (NAME,), key, lambda path: write(curve_tests(frame, _tested(frame, work)), path, key)
    )
    with database.connect(settings.database, reach=[path]) as connection:
        connection.execute(ADOPT, [str(path)])
        tests = connection.execute("from curve_tests where fitted is not null and basis = 'binomial'").df()
        tested = database.count(connection, "select count(*) from curve_tests where is_tested")
    state = "" if is_new else " is up to date"
    print(f"curve_tests {tested:,} of {wording.counted(len(frame), 'curve')} tested; {settings.shown(path)}{state}")
    made = _worlds(settings, Scored(frame, tests, conventions), key, work)
    with database.connect(settings.database, reach=made) as connection:
        for name in SCENARIO_TABLES:
            connection.execute(f"drop table if exists {database.quoted_name(name)}")
        for path_of_table in made:
            adopt_world(connection, path_of_table)
    return [settings.database, path, *made]


def _tested(frame: pd.DataFrame, work: Work) -> pd.DataFrame:
    return parts.run(plan.plan(plan.pooled(frame)), work, most=MOST)


def _worlds(settings: Settings, scored: Scored, key: str, work: Work) -> Sequence[Path]:
    """The tables of smooth worlds; none without a tested proportion."""
    if scored.tests.empty:
        return []
    code = freshness.code_key("pipeline.curve_tests.world_tables")
    rules = f"{exact(settings.threshold)} {files.sha256(scenarios.FILE)} {scored.conventions.to_csv(index=False)}"
    key = hashlib.sha256(f"{key} {code} {rules}".encode()).hexdigest()

    def make(path: Path) -> None:
        tables = world(scored, settings.threshold, work)
        freshness.record(database.export_frames(tables, path.parent), key)

    threshold = "" if settings.is_default_threshold else f"threshold-{exact(settings.threshold)}"
    folders = [folder / threshold for folder in places(settings)]
    made, is_new = _ensure(folders, [f"{name}.csv" for name in SCENARIO_TABLES], key, make)
    print(f"curve_tests smooth worlds in {settings.shown(made[0].parent)}{'' if is_new else ' are up to date'}")
    return made


def adopted(connection: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tests of proportions that were fitted, and the strata of smooth worlds, from the database."""
    tests = connection.execute("from curve_tests where fitted is not null and basis = 'binomial'").df()
    return tests, connection.execute("from strata").df() if database.has_table(connection, "strata") else pd.DataFrame()


def adopt_world(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make a table of a file of smooth worlds; its types are told, as a column may be empty."""
    with path.open(encoding="utf-8", newline="") as lines:
        names = next(csv.reader(lines))
    types = {name: "VARCHAR" if name in TEXTS else "BOOLEAN" if name in FLAGS else "DOUBLE" for name in names}
    connection.read_csv(str(path), header=True, columns=types, auto_detect=False).create(path.stem)


def world(scored: Scored, threshold: float, work: Work) -> Mapping[str, pd.DataFrame]:
    """What smooth worlds give beside tested proportions: the tables of SCENARIO_TABLES, by name."""
    proportions = worlds.tested(scored.frame, scored.tests)
    strata = estimate(proportions, work)
    drawn, seen = worlds.draw(proportions, strata, work), worlds.observed(proportions)
    counts = world_tables.counts(
        proportions, seen, drawn, conventions=scored.conventions, threshold=threshold, seed=plan.SEED
    )
    return dict(
        zip(SCENARIO_TABLES, (strata, counts, world_tables.checks(proportions, seen, drawn, plan.SEED)), strict=True)
    )


def _ensure(
    folders: Sequence[Path], names: Sequence[str], key: str, make: Callable[[Path], None]
) -> tuple[list[Path], bool]:
    """The files of the first folder that holds all of them as made from a key; made in the last one where none does.

    Args:
        folders: where they may lie, in order.
        names: of the files.
        key: of what they are made from.
        make: makes them; it takes the path of the first.

    Returns:
        The paths, and whether they were made anew.
    """
    for folder in folders:
        found = [folder / name for name in names]
        if all(freshness.is_made_from(path, key) for path in found):
            return found, False
    make(found[0])
    return [path for path in found if path.is_file()], True


def places(settings: Settings) -> list[Path]:
    """The folders where tables may lie, in the order in which they are looked for; new ones go to the last."""
    own = settings.data / "curve_tests" / settings.name
    return [settings.committed] if settings.source == DEFAULT_SOURCE else [settings.committed, own]


def key_of(frame: pd.DataFrame, most: int, seed: int) -> str:
    """The key of a table made from a frame of `source.read`, with so many draws and this seed.

    It is the same on every machine: it is taken of inputs as the database holds them, before any arithmetic.
    """
    code = freshness.code_key("pipeline.curve_tests.parts", "pipeline.curve_tests.table")
    digest = hashlib.sha256(f"{code} {files.sha256(sample_sizes.FILE)} {most} {seed}".encode())
    for row in frame[list(INPUTS)].itertuples(index=False):
        *values, scores, scale, error = row
        numbers = [list(map(float, numbers)) for numbers in (scores, scale, error)]
        digest.update(repr([None if pd.isna(value) else str(value) for value in values] + numbers).encode())
    return digest.hexdigest()


def write(table: pd.DataFrame, path: Path, key: str) -> None:
    """Write the table, and then its key: without it the table counts as not made."""
    with database.in_memory([path.parent]) as connection:
        database.make_table(connection, "curve_tests", table)
        database.export_parquet(connection, "curve_tests", path)
    freshness.record([path], key)
