"""The report: from made-up scores, from real ones, and from the stand-in."""

import re
import shutil

import pytest

from pipeline import analyse, database, figures, load, report, score
from pipeline.errors import PipelineError
from pipeline.fetch import table
from pipeline.settings import DEFAULT_MIRROR, ROOT, Settings
from pipeline.sharpness import findings
from pipeline.sharpness import stage as sharpness
from tests.conftest import MIRRORED


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


@pytest.fixture
def reported(made_up):
    report.run(made_up)
    return made_up, made_up.results(is_stand_in=False)


def test_the_report_of_made_up_scores_says_what_does_not_agree(reported):
    _, folder = reported
    text = (folder / "report.md").read_text()
    assert "Not entirely." in text
    assert "**no**" in text
    assert "49 |" in text  # rows in
    assert not re.search(r"\{\{|\}\}|\bNone\b|\bnan\b", text)


def test_the_page_is_one_file_that_loads_nothing(reported):
    _, folder = reported
    html = (folder / "report.html").read_text()
    sources = re.findall(r'src="([^"]{0,30})', html)
    assert len(sources) == len(list((folder / "figures").glob("*.png"))) >= 7
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "<link" not in html
    assert "<script" not in html


def test_every_entry_of_the_contents_leads_somewhere(reported):
    _, folder = reported
    html = (folder / "report.html").read_text()
    targets = re.findall(r'href="#([^"]+)"', html)
    assert len(targets) >= 12
    assert set(targets) <= set(re.findall(r'<h2 id="([^"]+)"', html))


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
    assert headline.startswith("The published figure is not reproduced.")
    assert "report   outputs/report.html" in headline


def test_report_and_figures_are_the_same_bytes_again(reported):
    settings, folder = reported
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    report.run(settings)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert [path.name for path in before if after.get(path) != before[path]] == []


def test_another_threshold_goes_to_a_folder_of_its_own(made_up):
    settings = Settings(root=made_up.root, threshold=5.0)
    analyse.run(settings)
    report.run(settings)
    folder = made_up.root / "data" / "runs" / "table-threshold-5"
    text = (folder / "report.md").read_text()
    assert "exceeds 5." in text
    assert "Figure 5A: metrics whose largest score exceeds 100 |" in text
    assert "make report THRESHOLD=5" in text


def test_a_report_never_mixes_two_thresholds(made_up):
    with pytest.raises(PipelineError, match="the findings are for a threshold of 100, .* 50. Next: run `make analyse`"):
        report.run(Settings(root=made_up.root, threshold=50.0))


def test_only_the_default_run_may_write_to_outputs(project):
    other = Settings(root=project.root, threshold=50.0, out="outputs")
    with pytest.raises(PipelineError, match="OUT=outputs holds the committed results"):
        other.results(is_stand_in=False)
    with pytest.raises(PipelineError, match="this run is stand-in"):
        Settings(root=project.root, out="./outputs/").results(is_stand_in=True)
    assert Settings(root=project.root, out="outputs").results(is_stand_in=False) == project.root / "outputs"


def test_the_stand_in_report_says_so_and_leaves_out_what_it_cannot_know(project):
    stand_in = table.stand_in_path(project)
    stand_in.parent.mkdir(parents=True)
    shutil.copy(ROOT / "outputs" / "tables" / "emergence.parquet", stand_in)
    table.write_manifest(project, table.Manifest(None, None, None, "nowhere"))
    for stage in (load, score, analyse, report):
        stage.run(project)
    folder = project.data / "runs" / "stand-in"
    text = (folder / "report.md").read_text()
    assert "made without the scores" in text.splitlines()[2]
    assert "39 of 39 largest scores agree" in text
    assert text.count("Left out: this section needs raw scores") == 5
    assert "STAND-IN" in (project.stamps / "headline").read_text().splitlines()[-1]
    assert not (folder / "tables" / "copies.csv").exists()
    assert sorted(path.name for path in project.root.glob("outputs/*")) == ["tables"]


@pytest.mark.skipif(not MIRRORED.is_file(), reason=f"the real scores are not in {DEFAULT_MIRROR}")
def test_the_committed_report_is_what_the_real_scores_give(project):
    # The provenance names the public address, as a real fetch notes it.
    pin = table.PINNED
    table.write_manifest(project, table.Manifest(str(MIRRORED), pin.sha256, pin.size, pin.address))
    made, committed = project.results(is_stand_in=False), ROOT / "outputs"
    # Made by tools of their own, so that the report only shows them.
    for name in analyse.COMMITTED:
        _copy(committed / "tables" / f"{name}.csv", made / "tables" / f"{name}.csv")
    induced = ("induced_images", "induced_autoencoders", "induced_addition")
    for name in ("figure_2", "figure_3", "figure_4", "simulated_world", "simulated_fit", *induced):
        _copy(committed / "figures" / f"{name}.png", made / "figures" / f"{name}.png")
    # The tests of curves take minutes; their stage tells whether they are of these scores and this code.
    _copy(committed / "tables" / sharpness.NAME, made / "tables" / sharpness.NAME)
    for stage in (load, score, sharpness, analyse, report):
        stage.run(project)
    assert (made / "report.md").read_text() == (committed / "report.md").read_text()
    # The other tables there are those of `make mirage`, `make simulate` and `make induce`.
    for path in (committed / "tables" / f"{name}.csv" for name in (*analyse.CSV_TABLES, *findings.TABLES)):
        assert (made / "tables" / path.name).read_text() == path.read_text(), path.name
    with database.connect(project.database, read_only=True) as connection:
        for name in ("emergence.parquet", "specification_curve.parquet"):
            difference = connection.execute(
                "select count(*) from (from read_parquet(?) except all from read_parquet(?))",
                [str(made / "tables" / name), str(committed / "tables" / name)],
            ).fetchall()
            assert difference == [(0,)], name


def test_every_committed_figure_is_drawn():
    names = {path.stem for path in (ROOT / "outputs" / "figures").glob("*.png")}
    text = (ROOT / "outputs" / "report.md").read_text()
    assert names == set(re.findall(r"\(figures/(\w+)\.png\)", text))


def test_gallery_titles_say_what_is_known():
    class Curve:
        task, subtask, metric, family, shots = "color", "color: hex", "exact_str_match", "GPT", 1
        n_test, emergence_score, is_aggregate = 25, float("-inf"), False

    assert figures._gallery_title(Curve) == "color: hex\nGPT, 1 shot\nE = −∞, n_test = 25"
    Curve.n_test, Curve.is_aggregate, Curve.emergence_score = None, True, 186.0
    assert figures._gallery_title(Curve) == "color: hex (aggregate)\nGPT, 1 shot\nE = 186"
