"""The data, the libraries that draw it and this project's script -> one HTML file that loads nothing."""

import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT
from pipeline.report import html
from pipeline.report.explorer import columns

HERE = ROOT / "pipeline" / "report" / "explorer"
# Parts of one script, in the order in which they use each other.
SCRIPT = ("data", "state", "selection", "table", "gallery", "charts", "form", "main")
# uPlot draws the curves, DataTables (in itables) the table.
CHARTS = ("uplot-python", "uplot/static/uPlot.iife.js")
CHARTS_STYLE = ("uplot-python", "uplot/static/uPlot.min.css")
TABLES = ("itables", "itables/html/dt_bundle.js")
# The bundle of tables is a module, and this is what it exports.
EXPORTS = re.compile(r"export\s*\{([^}]*)\}\s*;?")


def render(content: Mapping[str, Any]) -> str:
    """The page of an explorer.

    Raises:
        PipelineError: a library is not installed, or is none that the page can use.
    """
    style = (html.HERE / "report.css").read_text(encoding="utf-8") + shipped(*CHARTS_STYLE) + _own("explorer.css")
    own = [_own(f"script/{name}.js") for name in SCRIPT]
    script = "\n".join([table_library(), shipped(*CHARTS), html.shared_script(), *own])
    # Only these could end an inline script early; escaped, they mean the same in its strings.
    script = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True)
    return environment.get_template("explorer.html.j2").render(
        style=Markup(style),  # noqa: S704 - files of this project and of a locked library
        script=Markup(script),  # noqa: S704
        policy=html.policy(style, script),
        data=columns.packed(content),
        words=content["words"],
        has_tests=content["tests"] is not None,
        has_points=content["points"] is not None,
    )


def table_library() -> str:
    """DataTables, the default of what the module exports, under its name: an inline script exports nothing."""
    text = shipped(*TABLES)
    exported = EXPORTS.search(text)
    own = re.search(r"(?:^|,)\s*(\w+) as default\s*(?:,|$)", exported[1]) if exported else None
    if exported is None or own is None:
        raise PipelineError(
            "itables holds no DataTables that the explorer can use. Next: install the one that requirements.txt names."
        )
    # In a function, as its thousands of short names would meet those of the page.
    return (
        f"const DataTable = (() => {{\n{text[: exported.start()]}\nreturn {own[1]};\n{text[exported.end() :]}\n}})();"
    )


def shipped(package: str, file: str) -> str:
    """A file of a package, which is read and never imported.

    Raises:
        PipelineError: the package is not installed, or has no such file.
    """
    try:
        return Path(str(metadata.distribution(package).locate_file(file))).read_text(encoding="utf-8")
    except (metadata.PackageNotFoundError, OSError) as error:
        raise PipelineError(
            f"the explorer needs {file} of {package}, which is not there. Next: run `make explorer`, which installs it."
        ) from error


def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
