"""A page of Markdown -> one HTML file that loads nothing, and says so in its content-security policy."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markdown_it import MarkdownIt
from markupsafe import Markup

from pipeline.core.settings import ROOT
from pipeline.report import svg
from pipeline.report.blocks import Blocks

HERE = ROOT / "pipeline" / "report"


@dataclass(frozen=True)
class Citation:
    """What to cite: a title, and a version that follows from the content alone."""

    title: str
    version: str
    licence: str = "Apache License 2.0"

    @property
    def text(self) -> str:
        """The citation in words."""
        return f"{self.title} Emergence pipeline, version {self.version}. {self.licence}."

    @property
    def bibtex(self) -> str:
        """The citation as a BibTeX entry; a brace of the title would end its field."""
        title = "".join(letter for letter in self.title if letter not in "{}\\")
        fields = {"title": title, "note": f"Emergence pipeline, version {self.version}", "license": self.licence}
        lines = (f"  {name} = {{{value}}}" for name, value in fields.items())
        return "@misc{emergence-pipeline,\n" + ",\n".join(lines) + "\n}"


def citation(title: str, report: str) -> Citation:
    """How a report is cited: the same text has the same version."""
    return Citation(title, f"sha256:{hashlib.sha256(report.encode()).hexdigest()[:16]}")


def title_of(markdown: str) -> str:
    """The first line of a page."""
    return markdown.splitlines()[0].removeprefix("# ")


def render(
    markdown: str,
    folder: Path,
    *,
    title: str,
    versions: str,
    cite: Citation,
    pages: Mapping[str, str] | None = None,
    here: str = "",
) -> str:
    """A page as one HTML file: figures inline, nothing loaded from elsewhere, the same bytes every time.

    Args:
        markdown: the page; whatever HTML it holds is shown as text.
        folder: where its figures are.
        title: what the browser calls it.
        versions: the file beside the page that names the versions of libraries.
        cite: how to cite the report.
        pages: the pages of the report, file name to short name.
        here: the file name of this page.

    Raises:
        PipelineError: a figure is missing, or is none of ours.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    blocks = Blocks(parser.parse(markdown), folder)
    body = parser.renderer.render(blocks.tokens, parser.options, {})
    style = (HERE / "report.css").read_text(encoding="utf-8") + svg.colour_rules(blocks.colours)
    script = shared_script() + (HERE / "report.js").read_text(encoding="utf-8")
    # The parser has escaped all that came from data; style and script are files of this project.
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            body=Markup(body),  # noqa: S704
            contents=blocks.contents,
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            policy=policy(style, script),
            versions=versions,
            cite=cite,
            pages=pages or {},
            here=here,
        )
    )


@cache
def environment() -> jinja2.Environment:
    """What compiles the page, once for all pages."""
    return jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True)


def shared_script() -> str:
    """The part of the script that the explorer has, too."""
    return (HERE / "shared.js").read_text(encoding="utf-8")


def policy(style: str, script: str) -> str:
    """A content-security policy under which a page runs these two and asks nobody for anything."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
