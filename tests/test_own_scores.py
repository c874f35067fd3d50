"""What a newcomer does first: a small table of one's own, another folder, another threshold."""

import csv
import re
from dataclasses import replace

import pytest

from pipeline import analyse, stages
from pipeline.core.settings import ROOT, Settings
from pipeline.report import stage as report
from tests.fixtures import copy_of


@pytest.mark.usefixtures("kernels", "alone")
def test_one_curve_of_an_unknown_metric_ends_in_a_report(project):
    with (project.root / "mine.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(
            ["task", "subtask", "metric", "shots", "family", "model", "params", "score", "higher_is_better"]
        )
        writer.writerows(
            ["sums", "sums", "acc", 0, "Tiny", f"tiny-{size}", 10 ** (6 + size), 0.1 * size, 1] for size in range(8)
        )
    settings = Settings(root=project.root, source="mine.csv")
    stages.run(settings, "report")
    stages.run(settings, "check")
    folder = settings.results()
    pages = [path.read_text(encoding="utf-8") for path in folder.glob("*.md")]
    assert any("acc" in text for text in pages)
    assert not any(re.search(r"\{\{|\}\}|\bNone\b(?!\.)|\bnan\b|BIG-bench's", text) for text in pages)
    assert (folder / "report.html").is_file()
    assert (folder / "tables" / "emergence.parquet").is_file()
    assert [reason for _, reason in stages.status(settings)] == [""] * len(stages.STAGES)


ADVICE_THAT_LOSES_WORK = re.compile(
    r"make clean|clean-runs|(delete|remove|rm)\b[^.]*\b(reports?|runs|data/runs|outputs)\b", re.IGNORECASE
)


def test_no_message_advises_to_delete_reports():
    paths = [*ROOT.glob("pipeline/**/*.py"), *ROOT.glob("pipeline/**/*.j2"), *ROOT.glob("sql/**/*.sql")]
    assert len(paths) > 100
    found = [
        (path.relative_to(ROOT), advice.group())
        for path in paths
        if (advice := ADVICE_THAT_LOSES_WORK.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def shown(settings):
    """The headings of a report and its methods, its pictures, and what it says where there is none."""
    text = "\n".join((settings.results() / f"{page}.md").read_text(encoding="utf-8") for page in ("report", "methods"))
    headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
    pictures = re.findall(r"!\[[^\]]*\]\(figures/([^)]+)\)", text)
    return headings, pictures, re.findall(r"^\*(?:Left out|There is nothing to draw).*$", text, re.MULTILINE)


@pytest.mark.usefixtures("sketched")
def test_another_folder_and_threshold_leave_out_nothing(full_report, tmp_path):
    default = copy_of(full_report, tmp_path)
    other = replace(default, out="elsewhere", threshold=50.0)
    analyse.run(other)
    report.run(other)
    of_default, of_other = shown(default), shown(other)
    headings, pictures, absent = of_default
    assert len(headings) > 12
    assert len(pictures) > 12
    assert of_other == of_default, absent
    for settings in (default, other):
        drawn = {path.name for path in (settings.results() / "figures").glob("*.svg")}
        assert drawn == set(pictures)
        tables = {path.name for path in (settings.results() / "tables").glob("*.csv")}
        assert tables >= {path.name for path in (tmp_path / "elsewhere" / "tables").glob("*.csv")}
