"""The report: from made-up scores, from real ones, and from the stand-in."""

import re

import duckdb
import pytest

from pipeline import analyse
from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, Settings
from pipeline.report import stage as report
from pipeline.studies.contents import STUDIES
from pipeline.studies.emergent.figures import _gallery_title
from tests.fixtures import copy_of


@pytest.fixture
def reported(full_report):
    return full_report, full_report.results()


def test_the_report_of_made_up_scores_says_what_does_not_agree(reported):
    _, folder = reported
    text = (folder / "report.md").read_text()
    assert "Not entirely:" in text
    methods = (folder / "methods.md").read_text()
    assert "**no**" in methods
    assert "49 |" in methods  # rows in
    assert not re.search(r"\{\{|\}\}|\bNone\b|\bnan\b", text)


def test_every_entry_of_the_contents_leads_somewhere(reported):
    _, folder = reported
    for page in ("report", "methods"):
        html = (folder / f"{page}.html").read_text()
        targets = re.findall(r'href="#([^"]+)"', html)
        assert len(targets) >= 8
        assert set(targets) <= set(re.findall(r' id="([^"]+)"', html))


def test_every_link_between_pages_leads_somewhere(reported):
    _, folder = reported
    methods = (folder / "methods.html").read_text()
    anchors = re.findall(r"\(methods\.md#([^)]+)\)", (folder / "report.md").read_text())
    assert len(anchors) >= 8
    assert set(anchors) <= set(re.findall(r' id="([^"]+)"', methods))


def test_the_report_is_short_enough_to_be_read():
    text = (ROOT / "outputs" / "report.md").read_text()
    assert len(text.encode()) < 30_000
    assert len(re.findall(r"^## \d+\. ", text, re.MULTILINE)) == 10
    paragraph = text.split("\n\n")[1]
    assert len(paragraph.split()) <= 120
    for chapter in text.split("\n## ")[1:]:
        assert len(re.findall(r"!\[", chapter)) <= 2, chapter[:40]
        assert "**" in chapter.split("\n\n")[1], chapter[:40]


def test_every_file_that_the_report_names_is_there(reported):
    _, folder = reported
    text = (folder / "report.md").read_text()
    named = re.findall(r"`(tables/[\w.]+|figures/[\w.]+|sql/[\w./]+)`", text)
    assert named
    for name in named:
        assert (folder / name).is_file() or (ROOT / name).is_file(), name


def test_the_headline_is_kept_for_make(reported):
    settings, _ = reported
    headline = (settings.stamps / "headline").read_text()
    assert headline.startswith("The published numbers are not entirely reproduced. ")
    assert "report   outputs/report.html" in headline


def test_report_and_figures_are_the_same_bytes_again(reported, tmp_path):
    settings = copy_of(reported[0], tmp_path)
    folder = settings.results()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    # Those that are there are not rendered again; enough of them are, and go through all kinds of drawing.
    names = [f"{name}.svg" for study in STUDIES if not study.tool for name in study.figures]
    gone = [path for name in names if (path := folder / "figures" / name).is_file()]
    assert len(gone) >= 7
    for path in gone:
        path.unlink()
    report.run(settings)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert [path.name for path in before if after.get(path) != before[path]] == []


@pytest.mark.usefixtures("sketched")
def test_another_threshold_goes_to_a_folder_of_its_own(made_up):
    settings = Settings(root=made_up.root, threshold=5.0)
    analyse.run(settings)
    report.run(settings)
    folder = made_up.root / "data" / "runs" / "table-threshold-5"
    text = (folder / "report.md").read_text()
    assert "exceeds 5:" in text
    assert "Figure 5A: metrics whose largest score exceeds 100 |" in (folder / "methods.md").read_text()
    assert "make report THRESHOLD=5" in text


def test_a_report_never_mixes_two_thresholds(made_up_once):
    with pytest.raises(PipelineError, match="the findings are for a threshold of 100, .* 50. Next: run `make analyse`"):
        report.run(Settings(root=made_up_once.root, threshold=50.0))


def test_only_the_default_run_may_write_to_outputs(project):
    other = Settings(root=project.root, threshold=50.0, out="outputs")
    with pytest.raises(PipelineError, match="OUT=outputs holds the committed results"):
        other.results()
    with pytest.raises(PipelineError, match="this run is stand-in"):
        Settings(root=project.root, out="./outputs/").results("stand-in")
    assert Settings(root=project.root, out="outputs").results() == project.root / "outputs"


def test_the_stand_in_report_says_so_and_leaves_out_what_it_cannot_know(stand_in):
    folder = stand_in.data / "runs" / "stand-in"
    text = (folder / "report.md").read_text()
    assert "made without the scores" in text.splitlines()[2]
    assert "39 of 39 largest scores agree" in text
    left_out = re.findall(r"^## \d+\. (.*)\n\n\*Left out: this section needs raw scores\.", text, re.MULTILINE)
    assert left_out == ["Is E a detector of sudden gains?", "What do smooth worlds give?", "Which gains were sudden?"]
    assert "STAND-IN" in (stand_in.stamps / "headline").read_text().splitlines()[-1]
    assert not (folder / "tables" / "copies.csv").exists()
    assert sorted(path.name for path in stand_in.root.glob("outputs/*")) == ["tables"]


def test_the_committed_report_is_what_the_real_scores_give(real_report):
    made, committed = real_report.results(), ROOT / "outputs"
    assert (made / "report.md").read_text() == (committed / "report.md").read_text()
    tables = {path.name for path in (made / "tables").iterdir()}
    assert tables == {path.name for path in (committed / "tables").iterdir()}
    for name in (name for name in tables if name.endswith(".csv")):
        assert (made / "tables" / name).read_text() == (committed / "tables" / name).read_text(), name
    with database.connect(real_report.database, read_only=True) as connection, duckdb.connect() as other:
        assert connection.execute("select count(*) from emergence").fetchall() == [(20_500,)]
        difference = other.execute(
            "select count(*) from (from read_parquet(?) except all from read_parquet(?))",
            [str(made / "tables" / "emergence.parquet"), str(committed / "tables" / "emergence.parquet")],
        ).fetchall()
        assert difference == [(0,)]


def test_every_committed_figure_is_drawn():
    names = {path.name for path in (ROOT / "outputs" / "figures").iterdir() if path.name != "keys.csv"}
    text = "".join((ROOT / "outputs" / f"{page}.md").read_text() for page in ("report", "methods"))
    assert names == set(re.findall(r"\(figures/([\w.]+)\)", text))


def test_gallery_titles_say_what_is_known():
    class Curve:
        task, subtask, metric, family, shots = "color", "color: hex", "exact_str_match", "GPT", 1
        n_test, emergence_score, is_aggregate = 25, float("-inf"), False

    assert _gallery_title(Curve) == "color: hex\nGPT, 1 shot\nE = −∞, n_test = 25"
    Curve.n_test, Curve.is_aggregate, Curve.emergence_score = None, True, 186.0
    assert _gallery_title(Curve) == "color: hex (aggregate)\nGPT, 1 shot\nE = 186"
