"""What a study says, on all pages together."""

import csv
from collections import defaultdict

from pipeline.core.settings import ROOT
from pipeline.report.stage import render

with (ROOT / "sql" / "seeds" / "scale_words.csv").open(encoding="utf-8", newline="") as lines:
    (BY_SIZE,) = (row for row in csv.DictReader(lines) if row["scale_name"] == "parameters")

WORDS = "create or replace table scale_names as from seed_scale_words where scale_name = 'parameters'"


def told(study, context):
    """The study's part of the report and of the methods page, with links that lead nowhere."""
    links = {"methods_of": defaultdict(lambda: "methods.md"), "chapter_of": {}, "words": BY_SIZE}
    folder = ROOT / "pipeline" / "studies" / study.name
    names = [f"{study.name}/{page}.md.j2" for page in ("text", "methods") if (folder / f"{page}.md.j2").is_file()]
    return "\n".join(render(links | context, name) for name in names)
