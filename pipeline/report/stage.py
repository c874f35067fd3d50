"""Findings and pictures -> the report, the pages behind it, and the headline."""

import re
from collections.abc import Container, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from pipeline import sources
from pipeline.core import database, files, freshness, plotting, wording
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, Settings, exact
from pipeline.core.study import Draw
from pipeline.report import html, narrative, page_one
from pipeline.report.explorer import stage as explorer

TEMPLATES = (ROOT / "pipeline" / "report", ROOT / "pipeline" / "studies")


def run(settings: Settings) -> list[Path]:
    """Draw the figures, write every page as Markdown and as one HTML file, and keep the headline for make.

    Raises:
        PipelineError: there is no database, or the results folder cannot be written.
    """
    folder = settings.results(sources.find(settings).results)
    with database.connect(settings.database, read_only=True) as connection:
        (threshold,) = database.fetch_row(connection, "select threshold from options")
        if threshold != settings.threshold:
            raise PipelineError(
                f"the findings are for a threshold of {exact(threshold)}, the report is to be for "
                f"{exact(settings.threshold)}. Next: run `make analyse` with the same THRESHOLD first."
            )
        context = narrative.gather(connection, settings)
        texts = {name: render(context, f"{name}.md.j2") for name in pages(context)}
        # A text may leave out a picture that would say nothing of these scores.
        named = {name: draw for name, draw in drawings(context).items() if f"/{name}.svg)" in "".join(texts.values())}
        pictures = plotting.draw_all(connection, named, folder / "figures", context["mark"])
    drawn = {path.name for path in pictures}
    versions = "".join(f"{name} {version}\n" for name, version in freshness.versions().items())
    products = [*pictures, files.write_text(folder / "versions.txt", versions)]
    texts = {name: without_missing(text, drawn) for name, text in texts.items()}
    cite = html.citation(html.title_of(texts["report"]), texts["report"])
    linked = {f"{name}.html": name.capitalize() for name in texts}
    # A run of too many curves has none.
    linked |= {explorer.NAME: "Explorer"} if (folder / explorer.NAME).is_file() else {}
    for name, markdown in texts.items():
        page = html.render(
            markdown,
            folder,
            title=html.title_of(markdown),
            versions="versions.txt",
            cite=cite,
            pages=linked,
            here=f"{name}.html",
        )
        products += [files.write_text(folder / f"{name}.md", markdown), files.write_text(folder / f"{name}.html", page)]
    shown = settings.shown(folder)
    told = f"report   {shown}/report.html (also {shown}/report.md, tables in {shown}/tables)\n"
    if not context["has_scores"]:
        told += f"STAND-IN, made without the scores. To get them: {context['how_to_get_scores']}.\n"
    headline = wording.plain(render(context, "page_one.md.j2"))
    files.write_text(settings.stamps / "headline", headline.strip() + "\n" + told)
    return products


def pages(context: Mapping[str, Any]) -> list[str]:
    """The pages that are written: the report, what is behind it, and the list of tasks where they have verdicts."""
    return ["report", "methods", *(["tasks"] if "task_overview" in context else [])]


def drawings(context: Mapping[str, Any]) -> dict[str, Draw]:
    """Every picture that there may be, by file name."""
    first = {"page_one": page_one.draw} if context["page_one"] else {}
    return first | narrative.drawings(context)


def render(context: Mapping[str, Any], template: str) -> str:
    """A template as Markdown that GitHub shows."""
    text = environment().get_template(template).render(context, table=wording.markdown_table)
    return re.sub(r"\n{3,}", "\n\n", text)


@cache
def environment() -> jinja2.Environment:
    """What compiles templates, each of them once."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown: cell() escapes what comes from data, and the HTML is made with html=False
        keep_trailing_newline=True,
        finalize=wording.finalized,
    )
    made.filters |= wording.FILTERS
    return made


def without_missing(markdown: str, drawn: Container[str]) -> str:
    """The report with a word in the place of each picture that had nothing to show, and of its caption."""

    def shown(image: re.Match[str]) -> str:
        return image.group() if image.group(1) in drawn else "*There is nothing to draw here.*\n"

    return re.sub(r"!\[[^\]]*\]\(figures/([^)]+)\)\n(?:\n\*[^*].*\*\n)?", shown, markdown)
