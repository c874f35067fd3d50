"""What a study says, on all pages together."""

from collections import defaultdict

from pipeline.core.settings import ROOT
from pipeline.report.stage import render


def told(study, context):
    """The study's part of the report and of the methods page, with links that lead nowhere."""
    links = {"methods_of": defaultdict(lambda: "methods.md"), "chapter_of": {}}
    folder = ROOT / "pipeline" / "studies" / study.name
    names = [f"{study.name}/{page}.md.j2" for page in ("text", "methods") if (folder / f"{page}.md.j2").is_file()]
    return "\n".join(render(links | context, name) for name in names)
