"""What a study says, on all pages together."""

from collections import defaultdict

from pipeline.core.settings import ROOT
from pipeline.report.stage import render

BY_SIZE = {"scale_name": "parameters", "first_one": "smallest model", "last_one": "largest model"}
BY_SIZE |= {"earlier": "smaller models", "point": "model", "places": "sizes", "is_by_size": True}

WORDS = "create or replace table scale_names as from seed_scale_words where scale_name = 'parameters'"


def told(study, context):
    """The study's part of the report and of the methods page, with links that lead nowhere."""
    links = {"methods_of": defaultdict(lambda: "methods.md"), "chapter_of": {}, "words": BY_SIZE}
    folder = ROOT / "pipeline" / "studies" / study.name
    names = [f"{study.name}/{page}.md.j2" for page in ("text", "methods") if (folder / f"{page}.md.j2").is_file()]
    return "\n".join(render(links | context, name) for name in names)
