"""Findings -> everything that the report says, and what it draws."""

import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb

from pipeline import analyse, sources
from pipeline.core import wording
from pipeline.core.settings import ROOT, Settings, exact
from pipeline.core.study import Draw, Query, Row, Run, Study, has_table
from pipeline.core.wording import from_data
from pipeline.report import page_one
from pipeline.report.chapters import CHAPTERS

STUDIES_FOLDER = ROOT / "pipeline" / "studies"


class Part(NamedTuple):
    """A study in this report, and why it is left out where it is."""

    study: Study
    absence: str

    def has(self, page: str) -> bool:
        """Whether it says something on a page, `text` for the report and `methods` for the page behind it."""
        return not self.absence and (STUDIES_FOLDER / self.template(page)).is_file()

    def template(self, page: str) -> str:
        """The file of what it says on a page."""
        return f"{self.study.name}/{page}.md.j2"


class Told(NamedTuple):
    """A chapter in this report: its number, its question, and its parts."""

    number: int
    title: str
    parts: list[Part]

    @property
    def heading(self) -> str:
        """The question with its number."""
        return f"{self.number}. {self.title}"

    @property
    def link(self) -> str:
        """What leads there."""
        return f"[chapter {self.number}](#{wording.slug(self.heading)})"


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
    parts = {study.name: Part(study, study.absence(run, rows)) for study in analyse.studies_of(settings, source)}
    told = chapters_told(run, parts)
    (options,) = rows("from options")
    context: dict[str, Any] = {
        **run._asdict(),
        "chapters": told,
        "chapter_of": {part.study.name: own.link for own in told for part in own.parts},
        "methods": [part for part in parts.values() if part.study.told(run) and part.has("methods")],
        "methods_of": {name: methods_link(part, run) for name, part in parts.items()},
        "threshold": options["threshold"],
        "mark": "SIMULATED" if source.is_simulated else "",
        "command": command(settings),
    }
    # Without raw scores there are BIG-bench's committed curves.
    (context["words"],) = (
        rows("from scale_names")
        if has_table(rows, "scale_names")
        else rows("from seed_scale_words where scale_name = 'effective parameters'")
    )
    for part in parts.values():
        context |= {} if part.absence else part.study.numbers(run, rows)
    has_examples = run.is_bigbench and has_table(rows, "example_curves")
    kinds = {row["kind"] for row in rows("from example_curves")} if has_examples else set()
    context["page_one"] = (
        {"title": page_one.title(kinds), "has_forecast": page_one.LATE_GAIN in kinds} if kinds else None
    )
    return context


def methods_link(part: Part, run: Run) -> str:
    """What leads to a study's part of the methods page, or to the page where it has none."""
    is_there = part.study.told(run) and part.has("methods")
    return f"methods.md#{wording.slug(part.study.title)}" if is_there else "methods.md"


def chapters_told(run: Run, parts: Mapping[str, Part]) -> list[Told]:
    """The chapters that say something of these scores, each study in the first that names it."""
    told: list[Told] = []
    seen: set[str] = set()
    for chapter in CHAPTERS:
        own = [study.name for study in chapter.studies if chapter.told(run) and study.told(run)]
        present = [parts[name] for name in own if name in parts and name not in seen]
        seen |= {part.study.name for part in present}
        if any(part.absence or part.has("text") for part in present):
            title = chapter.title if run.is_published or not chapter.title_elsewhere else chapter.title_elsewhere
            told.append(Told(len(told) + 1, title, present))
    return told


def drawings(context: Mapping[str, Any]) -> dict[str, Draw]:
    """The pictures of the studies that are not left out, by file name."""
    told = [*(part for chapter in context["chapters"] for part in chapter.parts), *context["methods"]]
    return {name: draw for part in told if not part.absence for name, draw in part.study.figures.items()}


def command(settings: Settings) -> str:
    """What makes this report again."""
    usual = _options(Settings())
    given = [f"{name}={shlex.quote(value)}" for name, value in _options(settings).items() if value != usual[name]]
    return " ".join(["make report", *given])


def _options(settings: Settings) -> dict[str, str]:
    """The options of make that change what a report says."""
    return {
        "SOURCE": settings.source,
        "SCALE": settings.scale,
        "LOSS": settings.loss,
        "MODELS": settings.models,
        "TASKS": settings.tasks,
        "REF": settings.ref,
        "THRESHOLD": exact(settings.threshold),
        "KEEP_GOING": "1" if settings.keep_going else "",
    }
