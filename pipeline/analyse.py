"""Emergence -> findings: the tables of every study, in the database and as files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from pipeline import sources
from pipeline.core import database, freshness
from pipeline.core.settings import DEFAULT_SOURCE, Settings
from pipeline.core.source import Source
from pipeline.core.study import Run, Study
from pipeline.fetch.table import how_to_get_scores
from pipeline.studies.contents import STUDIES

# Tables of earlier stages that are exported with the findings; those in SOMETIMES only if they have rows.
TABLES = ("provenance", "row_counts", "rows_set_aside", "set_aside_by_subtask")
# With a row for every curve, and so exported as Parquet.
OF_CURVES = ("emergence", "emergence_all", "swap_curves")
CHECKS = "checks/studies"
# What a database of committed curves lacks.
OF_RAW_SCORES = frozenset({
    "stg_scores", "scale_names", "curves", "curve_points", "emergence_all", "curve_tests", "example_pairs",
    # These are also missing where no proportion was tested:
    "strata", "scenario_counts", "scenario_checks",
})  # fmt: skip
SOMETIMES = ("rejected_files", "conflicting_rows", "unusable_rows", "scale_ties")


def run(settings: Settings) -> list[Path]:
    """Build every finding, test it, and export it.

    Raises:
        PipelineError: there is no database, a check fails, or the results folder cannot be written.
    """
    source = sources.find(settings)
    studies = studies_of(settings, source)
    tables = settings.results(source.results) / "tables"
    with database.connect(settings.database, reach=[settings.committed, tables]) as connection:
        with database.transaction(connection):
            adopt_committed(connection, settings, studies)
            build(connection, settings, source, studies)
        products = export(connection, tables, studies)
        reproduced = _reproduced(connection) if source.is_published else ""
    print(f"analyse  {reproduced}{len(products)} tables in {settings.shown(tables)}")
    return [settings.database, *products]


def check(settings: Settings) -> list[Path]:
    """`make check`: every SQL data test on the database as it is.

    Raises:
        PipelineError: there is no database, or a test finds rows.
    """
    source = sources.find(settings)
    layers = ["checks/staging", "checks/curves"] if source.has_scores else []
    with database.connect(settings.database, read_only=True) as connection:
        keep_going, threshold = database.fetch_row(connection, "select keep_going, threshold from provenance, options")
        connection.execute("set variable threshold = ?::double", [threshold])
        connection.execute("set variable keep_going = ?::boolean", [keep_going])
        passed = database.run_checks(connection, source.folders(settings, *layers))
        passed += run_checks(connection, settings, source, studies_of(settings, source))
    print(f"check    {passed} SQL data tests passed on {settings.shown(settings.database)}")
    return []


def run_of(settings: Settings, source: Source) -> Run:
    """What decides which studies a run has."""
    return Run(
        has_scores=source.has_scores,
        is_simulated=source.is_simulated,
        is_bigbench=source.is_bigbench,
        is_published=source.is_published,
        is_default=settings.source == DEFAULT_SOURCE,
        how_to_get_scores=how_to_get_scores(settings),
    )


def studies_of(settings: Settings, source: Source) -> list[Study]:
    """The studies that make sense for these scores, in the order of the report."""
    run = run_of(settings, source)
    return [study for study in STUDIES if study.belongs(run)]


def adopt_committed(connection: duckdb.DuckDBPyConnection, settings: Settings, studies: Sequence[Study]) -> None:
    """Take in the committed tables of the tools, and note which of them were made by other code than the present."""
    rows = []
    for study in STUDIES:
        for name in study.committed:
            path = settings.committed / f"{name}.csv"
            connection.execute(f"drop table if exists {database.quoted_name(name)}")
            if path.is_file() and study in studies:
                connection.read_csv(str(path), header=True).create(name)
                tool, *modules = study.tool
                rows.append((name, tool, freshness.is_made_from(path, freshness.code_key(*modules))))
    frame = pd.DataFrame(rows, columns=["table", "tool", "is_current"]).astype({"is_current": bool})
    database.make_table(connection, "committed_tables", frame)


def build(connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, studies: Sequence[Study]) -> None:
    """Make the tables of the studies; those that read what only raw scores give are left out without them.

    Raises:
        PipelineError: a check fails.
    """
    _forget(connection)
    connection.execute("set variable threshold = ?::double", [settings.threshold])
    connection.execute(
        "create or replace table options as"
        " select ?::double as threshold, ?::boolean as is_bigbench, ?::boolean as is_published",
        [settings.threshold, source.is_bigbench, source.is_published],
    )
    database.make_macros(connection, settings.sql / "macros")
    made = []
    for sql_file in _buildable(connection, database.sql_files(_folders(settings, source, studies))):
        database.build_table(connection, sql_file)
        made.append(sql_file.stem)
    run = run_of(settings, source)
    for study in studies:
        for name, frame in (study.compute(connection, run) if study.compute else {}).items():
            database.make_table(connection, name, frame)
            made.append(name)
    connection.execute("create or replace table analysed as select unnest(?::varchar[]) as name", [made])
    run_checks(connection, settings, source, studies)


def run_checks(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, studies: Sequence[Study]
) -> int:
    """Run the data tests whose tables were all made, and return how many passed.

    Raises:
        PipelineError: the first that failed.
    """
    tables = {path.stem for path in database.sql_files(_folders(settings, source, studies))}
    absent = tables - database.table_names(connection)
    passed = 0
    for check in database.check_files(_folders(settings, source, studies, CHECKS)):
        if not database.tables_read(check.read_text(encoding="utf-8")) & absent:
            database.run_check(connection, check)
            passed += 1
    return passed


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables of an earlier analysis: this one may not make all of them again."""
    if database.has_table(connection, "analysed"):
        for (name,) in connection.execute("from analysed").fetchall():
            connection.execute(f"drop table if exists {database.quoted_name(name)}")


def _folders(settings: Settings, source: Source, studies: Sequence[Study], layer: str = "studies") -> list[Path]:
    """The folders of the studies' SQL; what is about published numbers is in a folder of its own below."""
    own = [settings.sql / layer / study.name for study in studies]
    return [*own, *(folder / "published" for folder in own if source.is_published)]


def _buildable(connection: duckdb.DuckDBPyConnection, sql_files: Sequence[Path]) -> Iterator[Path]:
    """The files, in order, whose input is there when their turn comes.

    Only what raw scores or a tool of its own would give may be missing, and what is made from that: any other missing
    table is an error of the query.
    """
    may_lack, held = OF_RAW_SCORES.union(*(study.committed for study in STUDIES)), database.table_names(connection)
    for sql_file in sql_files:
        read = database.tables_read(sql_file.read_text(encoding="utf-8")) & may_lack
        if read <= held:
            yield sql_file
            held.add(sql_file.stem)
        else:
            may_lack = may_lack | {sql_file.stem}


def _reproduced(connection: duckdb.DuckDBPyConnection) -> str:
    agreeing, claims = database.fetch_row(
        connection, "select count(*) filter (where agrees), count(*) from reproduction"
    )
    return f"{agreeing} of {claims} published numbers reproduced; "


def export(connection: duckdb.DuckDBPyConnection, folder: Path, studies: Sequence[Study]) -> list[Path]:
    """Write the tables that the database holds: curves as Parquet, findings as CSV."""
    held = database.table_names(connection)
    curves = [name for name in OF_CURVES if database.holds_rows(connection, name)]
    if "emergence_all" in curves and not has_other_metrics(connection):
        curves.remove("emergence_all")
    products = [database.export_parquet(connection, name, folder / f"{name}.parquet") for name in curves]
    always = [*TABLES, *(name for study in studies for name in study.tables)]
    sometimes = [*SOMETIMES, *(name for study in studies for name in study.sometimes)]
    told = [name for name in always if name in held]
    told += [name for name in sometimes if name in held and database.holds_rows(connection, name)]
    return products + [database.export_csv(connection, name, folder / f"{name}.csv") for name in told]


def has_other_metrics(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the source holds scores under metrics besides the preferred ones."""
    return database.has_table(connection, "emergence_all") and bool(
        database.count(connection, "select count(*) from emergence_all where not is_preferred")
    )
