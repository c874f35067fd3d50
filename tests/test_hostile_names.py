"""Names in scores are text, whatever they hold: no part of a query, a template, a page, a formula or a path."""

import csv
import html
import io
import json
import re
import shutil
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from itertools import product

import pytest
from markdown_it import MarkdownIt

from pipeline import score, sources, stages
from pipeline.core import wording
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import tidy
from pipeline.report.explorer import columns
from pipeline.report.explorer import stage as explorer
from tests import score_tree
from tests.fixtures import hasten_curve_tests, rows, sketch
from tests.load import harness_made

TEXT_COLUMNS = ("task", "subtask", "metric", "family", "model", "source")
# Each would do something if it were taken for anything but a text.
NAMES = {
    "a quote": "people's choice",
    "SQL in a text": "x'; copy (select 'import os') to 'pwned.py'; select '",
    "SQL in a name": 'x"; copy (select 42) to "pwned.csv"; select "',
    "SQL in brackets": "x') to 'pwned.csv'); copy (select 42) to 'pwned.csv' --",
    "a comment": "x -- ; /* y",
    "a template": "{{ 6007 * 7 }}{% include 'none' %}",
    "a format": "{0} {0.__class__} %s %n %(x)s",
    "a page": "<script>alert(1337)</script><img src=http://e.vil/x.png>",
    "Markdown": "**b** | `c` [x](http://e.vil/) ![i](http://e.vil/p.png) # h",
    "a link": "[Download](https://e.vil/) <https://e.vil/> https://e.vil/ www.e.vil",
    "a heading": "# h",
    "a list": "- x",
    "a numbered list": "1. x",
    "a formula": r"$x^{$ and $\frac$",
    "a cell": "=cmd|' /C calc'!A0",
    "another cell": "+1+1",
    "a third cell": "@SUM(1)",
    "a shell": "$(touch pwned) `touch pwned` ; touch pwned",
    "a path": "../../../../../../../../tmp/pwned",
    "a line break": "x\n# h\n\n- y",
    "a terminal": "x\x1b[2J\x1b]0;pwned\x07y",
    "two directions": "x\u202eelif\u2066y\u200b",
    "a picture": "\U0001f9ea\U0001f469\u200d\U0001f52c \u6f22\u5b57",
    "no end": "x" * 100_000,
}
SIZES = [10**power for power in range(7, 13)]
# Sudden enough to be listed by name, and half a step off the metric's grid for none.
SCORES = [0, 0, 0, 0, 0, 0.9]
# An entry of the results of a harness has at most so many characters.
LONGEST_IN_HARNESS = 500


def rows_named(name):
    """Curves in which a name stands in every text column, under two metrics, one of them a known proportion."""
    for metric, (place, size) in product((name, "exact_str_match"), enumerate(SIZES)):
        yield {
            "task": name,
            "subtask": name,
            "metric": metric,
            "shots": 0,
            "family": name,
            "model": f"{name} {place}",
            "params": size,
            "score": SCORES[place],
            "higher_is_better": 1,
            "n_test": 50,
            "source": name,
            "nobody's \"column\"; copy (select 1) to 'pwned.csv'": 1,
        }


def write_table(root):
    rows = [row for name in NAMES.values() for row in rows_named(name)]
    # Two models of one size are listed by name.
    rows.append({**rows[0], "model": "another'"})
    with (root / "scores.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def file_name(name):
    """As much of a name as the name of a file can hold."""
    return name.encode()[:200].decode(errors="ignore").replace("/", "_").replace("\0", "_")


def write_harness(root):
    """A folder for each name, in which it is the model, the metric and the name of each file."""
    for name in NAMES.values():
        short = name[: LONGEST_IN_HARNESS - 20]
        # The filter of a metric stands behind a comma.
        metric = short.replace(",", ";")
        for place, (size, right) in enumerate(zip((10, 20, 40, 80, 160, 320), SCORES, strict=True)):
            harness_made.write(
                # What begins with a dot is hidden, and passed over.
                root / "results" / file_name(name).lstrip("."),
                f"{place} {file_name(name)}.json",
                harness_made.v04(
                    {short: {metric: right, f"{metric}_stderr": 0.01}},
                    model=f"{short}-{size}m",
                    higher_is_better={short: {metric: True}},
                ),
            )


SOURCES = {"scores.csv": write_table, "results": write_harness}


@pytest.fixture(scope="module", params=SOURCES)
def reported(request, builder, kernels):  # noqa: ARG001 - compiled before it begins
    """A run on such scores, its report included, started from its own folder; and what it found there."""
    source = request.param

    def build(project):
        SOURCES[source](project.root)
        settings = Settings(root=project.root, source=source)
        said = io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(said),
            redirect_stderr(said),
            warnings.catch_warnings(record=True) as warned,
        ):
            patch.chdir(project.root)
            hasten_curve_tests(patch)
            if source != "scores.csv":
                sketch(patch)
            stages.run(settings, "report")
            stages.run(settings, "check")
        (project.root / "printed.txt").write_text(said.getvalue(), encoding="utf-8")
        (project.root / "warned.json").write_text(json.dumps([str(warning.message) for warning in warned]))

    root = builder.project(f"hostile_names_{source.replace('.', '_')}", build).root
    return Settings(root=root, source=source)


def pages(settings, suffix):
    """The texts of the report and of the pages behind it; the explorer packs its names and has a test of its own."""
    found = sorted(path for path in settings.results().glob(f"*{suffix}") if path.name != explorer.NAME)
    assert found
    return [path.read_text(encoding="utf-8") for path in found]


def test_no_file_is_left_but_those_of_the_run(reported):
    names = sorted(path.name for path in reported.root.iterdir())
    assert names == sorted(["data", reported.source, "sql", "printed.txt", "warned.json"])
    folders = {path.name for path in reported.data.iterdir()}
    assert folders <= {"databases", "stamps", "runs", "curve_tests", "samples"}
    found = [path for folder in ("data", ".") for path in (reported.root / folder).glob("**/*pwned*")]
    assert [path for path in found if not path.is_relative_to(reported.root / reported.source)] == []


def test_what_is_printed_cannot_steer_a_terminal_and_nobody_warns(reported):
    printed = (reported.root / "printed.txt").read_text(encoding="utf-8")
    for line in printed.splitlines():
        assert line.isprintable()
        assert len(line) <= 2000
    warned = json.loads((reported.root / "warned.json").read_text())
    assert [warning for warning in warned if "Glyph" in warning or "layout" in warning] == []


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_are_kept_to_the_letter(reported, name):
    if reported.source == "results":
        short = name[: LONGEST_IN_HARNESS - 20]
        found = rows(reported, "select task, metric from emergence where task = ?", [short])
        assert found == [(short, short.replace(",", ";"))]
        return
    columns = ", ".join(f'"{column}" = $name as {column}' for column in ("task", "subtask", "family", "metric"))
    found = rows(reported, f"select {columns} from emergence where task = $name", {"name": name})
    assert sorted(found) == [(True, True, True, False), (True, True, True, True)]
    models = rows(reported, "select distinct model from stg_scores where family = ?", [name])
    assert {model for (model,) in models} >= {f"{name} {place}" for place in range(len(SIZES))}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_are_shown_as_text(reported, name):
    if reported.source == "results":
        name = name[: LONGEST_IN_HARNESS - 20]
    seen = html.unescape(re.sub(r"<[^>]*>", "", "".join(pages(reported, ".html"))))
    shown = wording.shortened(wording.visible(" ".join(name.split())), wording.LONGEST_CELL)
    assert shown in seen


def test_the_explorer_holds_names_as_data_alone(reported):
    page = (reported.results() / explorer.NAME).read_text(encoding="utf-8")
    packed = re.search(r'<script type="text/plain" id="data">([A-Za-z0-9+/=]*)</script>', page)[1]
    curves = columns.unpacked(packed)["curves"]
    given = [name[: LONGEST_IN_HARNESS - 20] if reported.source == "results" else name for name in NAMES.values()]
    assert {columns.shown(name) for name in given} <= set(curves["task"]["names"])
    for text in (*curves["task"]["names"], *curves["family"]["names"]):
        assert text.isprintable()
        assert len(text) <= columns.LONGEST_NAME
    assert "e.vil" not in page
    assert page.count("</script") == 2


def test_the_page_holds_no_markup_of_a_name(reported):
    for page in pages(reported, ".html"):
        assert "alert(1337)" not in re.sub(r"(?<=&lt;script&gt;)alert\(1337\)", "", page)
        assert not re.search(r'<[^>]* (href|src)="[^"]*e\.vil', page)
        assert all(source.startswith("data:image/") for source in re.findall(r'<img[^>]* src="([^"]*)', page))
        assert str(6007 * 7) not in page
        assert page.isascii() or not re.search("[\u202e\u2066\u200b\x1b]", page)


def test_the_markdown_holds_no_markup_of_a_name(reported):
    """As somebody's reader shows it that lets tags through and makes links of addresses."""
    for text in pages(reported, ".md"):
        assert text.count("e.vil") == len(re.findall(r"(?:\\:|:\\/|\\:\\/)//?e\.vil|www\\\.e\.vil", text))
        page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
        assert not re.search(r"<script|<img[^>]*e\.vil|<a[^>]*e\.vil", page)
        # What opens a heading or a list in a name opens none here.
        assert "<h1>h</h1>" not in page
        assert not re.search(r"<li>\s*(<p>)?[xy]\s*<", page)
        assert max(map(len, text.splitlines())) < 20 * wording.LONGEST_CELL


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_pictures_hold_no_tag_of_a_name(reported, suffix):
    for path in (reported.results() / "figures").glob(f"*{suffix}"):
        assert b"<script" not in path.read_bytes()


def test_a_cell_of_a_table_is_what_the_scores_hold(reported):
    """CSV is for programs, which must read back what was in the scores; no quote is put before a formula's sign."""
    [path] = (reported.results() / "tables").glob("tasks.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        tasks = {row["task"] for row in csv.DictReader(lines)}
    for name in NAMES.values():
        assert (name[: LONGEST_IN_HARNESS - 20] if reported.source == "results" else name) in tasks


def test_every_text_column_was_tried():
    rows = [row for name in NAMES.values() for row in rows_named(name)]
    for column, name in product(TEXT_COLUMNS, NAMES.values()):
        assert any(row[column].startswith(name) for row in rows), (column, name)


HEADER = "task,metric,family,model,params,score,higher_is_better\n"
FILE_NAMES = {
    **{key: file_name(NAMES[key]) for key in ("SQL in brackets", "a template", "a shell", "a path", "a line break")},
    **{key: file_name(NAMES[key]) for key in ("a terminal", "two directions", "a picture")},
    "a variable": " $(SOURCE) $SHELL %PATH% a=b ",
    "an option": "--help",
    "a pattern": "[a-z]*?{b,c}",
    "as long as can be": "x" * 230,
}


@pytest.mark.parametrize("name", FILE_NAMES.values(), ids=FILE_NAMES.keys())
def test_a_table_may_have_any_file_name(project, name, monkeypatch):
    monkeypatch.chdir(project.root)
    source = f"{name}.csv"
    rows = (f"t,m,f,m{n},{n}m,0.{n},1\n" for n in range(1, 6))
    (project.root / source).write_text("".join((HEADER, *rows)), encoding="utf-8")
    settings = replace(project, source=source)
    if any(sign in name for sign in tidy.PATTERN):
        with pytest.raises(PipelineError, match="as a pattern. Next: rename the file"):
            sources.fetch(settings)
        return
    for stage in (sources.fetch, sources.load, score.run):
        stage(settings)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,80}\.duckdb", settings.database.name)
    assert sorted(path.name for path in project.root.iterdir()) == sorted(["data", "sql", source])


@pytest.mark.parametrize("name", FILE_NAMES.values(), ids=FILE_NAMES.keys())
def test_a_folder_of_score_files_may_have_any_names(project, name, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    folder = project.root / name
    for size in score_tree.PARAMS:
        score_tree.write(folder, f"{name[:100]}_{size}", score_tree.document(model=size))
    settings = replace(project, source=name)
    for stage in (sources.fetch, sources.load, score.run):
        stage(settings)
    assert sorted(path.name for path in project.root.iterdir()) == sorted(["data", "sql", name])
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
    shutil.rmtree(folder)


def write_named(root, place):
    """A score file for each name, in which it stands in one place."""
    for number, name in enumerate(NAMES.values()):
        entry = score_tree.entry(0.25, metric=name) if place == "metric" else score_tree.entry(0.25)
        if place == "subtask":
            entry |= {"subtask_description": name}
        of_model = {place: name, "params": 10 + number} if place in ("family", "model") else {}
        whole = score_tree.document(entry, **of_model)
        if place == "task":
            whole["task"]["task_name"] = name
        score_tree.write(root / "checkout", f"x_{number}", whole)


@pytest.mark.parametrize("place", ["task", "subtask", "metric"])
def test_names_that_bigbench_does_not_have_are_one_line(project, place):
    write_named(project.root, place)
    with pytest.raises(PipelineError, match="Next: ") as caught:
        sources.load(replace(project, source="checkout"))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 3000
    assert not database_of(project).exists()


@pytest.mark.parametrize("place", ["family", "model"])
def test_models_may_have_any_name(project, place, capsys):
    write_named(project.root, place)
    settings = replace(project, source="checkout")
    sources.load(settings)
    found = rows(settings, f"select distinct {place} from stg_scores")
    assert {name for (name,) in found} == set(NAMES.values())
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
    assert sorted(path.name for path in project.root.iterdir()) == ["checkout", "data", "sql"]


def database_of(project):
    return replace(project, source="checkout").database
