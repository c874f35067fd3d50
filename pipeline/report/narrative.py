"""Findings -> everything that the report says, and what it draws."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb

from pipeline import analyse, sources
from pipeline.core.settings import DEFAULT_SOURCE, DEFAULT_THRESHOLD, Settings, exact
from pipeline.core.study import Draw, Query, Row, Run, Study, has_table
from pipeline.core.wording import from_data

# What orders the models of a curve by their size.
BY_SIZE = ("effective parameters", "parameters")


class Chapter(NamedTuple):
    """A study in this report, under its heading, and why it is left out where it is."""

    study: Study
    title: str
    absence: str

    @property
    def template(self) -> str:
        """The file of its text."""
        return self.study.template


def queries(connection: duckdb.DuckDBPyConnection) -> Query:
    """A function from a query and the values that it takes to its rows, each by column name."""

    def rows(query: str, *values: object) -> list[Row]:
        cursor = connection.execute(query, values)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, map(from_data, row), strict=True)) for row in cursor.fetchall()]

    return rows


def gather(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, Any]:
    """Everything that the report says, read from the tables; the templates only place it."""
    source = sources.find(settings)
    run, rows = analyse.run_of(settings, source), queries(connection)
    chapters = [chapter(study, run, rows) for study in analyse.studies_of(settings, source)]
    (options,) = rows("from options")
    context: dict[str, Any] = {
        **run._asdict(),
        "chapters": chapters,
        "threshold": options["threshold"],
        "mark": "SIMULATED" if source.is_simulated else "",
        "command": command(settings),
    }
    (name,) = rows("from scale_names") if has_table(rows, "scale_names") else [{"scale_name": BY_SIZE[0]}]
    context |= name | {"is_by_size": name["scale_name"] in BY_SIZE}
    for own in chapters:
        context |= {} if own.absence else own.study.numbers(run, rows)
    context["chapters"] = [own for own in chapters if own.study.told(run)]
    return context


def chapter(study: Study, run: Run, rows: Query) -> Chapter:
    """A study as this report has it."""
    title = study.title if run.is_published or not study.title_elsewhere else study.title_elsewhere
    return Chapter(study, title, study.absence(run, rows))


def drawings(context: Mapping[str, Any]) -> dict[str, Draw]:
    """The pictures of the chapters that are not left out, by file name."""
    present = (chapter.study for chapter in context["chapters"] if not chapter.absence)
    return {name: draw for study in present for name, draw in study.figures.items()}


def command(settings: Settings) -> str:
    """What makes this report again."""
    options = [
        *([] if settings.source == DEFAULT_SOURCE else [f"SOURCE={settings.source}"]),
        *([] if settings.threshold == DEFAULT_THRESHOLD else [f"THRESHOLD={exact(settings.threshold)}"]),
    ]
    return " ".join(["make report", *options])
