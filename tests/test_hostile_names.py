"""Names in scores are text, whatever they hold: no part of a query, a template, a page or a formula."""

import csv
import html
import re
from itertools import product

import duckdb
import pytest

from pipeline import stages
from pipeline.core.settings import Settings
from tests.conftest import hasten_curve_tests

TEXT_COLUMNS = ("task", "subtask", "metric", "family", "model", "source")
# Each would do something if it were taken for anything but a text.
NAMES = {
    "a quote": "people's choice",
    "SQL in a text": "x'; copy (select 'import os') to 'pwned.py'; select '",
    "SQL in a name": 'x"; copy (select 42) to "pwned.csv"; select "',
    "SQL in brackets": "x') to 'pwned.csv'); copy (select 42) to 'pwned.csv' --",
    "a comment": "x -- ; /* y",
    "a template": "{{ 6007 * 7 }}{% include 'none' %}",
    "a format": "{0} %s %(x)s",
    "a page": "<script>alert(1337)</script><img src=http://e.vil/x.svg>",
    "Markdown": "**b** | `c` [x](http://e.vil/) ![i](http://e.vil/p.svg) # h",
    "a formula": r"$x^{$ and $\frac$",
    "a shell": "$(touch pwned) `touch pwned` ; touch pwned",
}
SIZES = [10**power for power in range(7, 13)]
# Sudden enough to be listed by name, and half a step off the metric's grid for none.
SCORES = [0, 0, 0, 0, 0, 0.9]


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


@pytest.fixture(scope="module")
def reported(builder, kernels):  # noqa: ARG001 - compiled before it begins
    """A run on such scores, its report included, started from its own folder; and what it found there."""

    def build(project):
        rows = [row for name in NAMES.values() for row in rows_named(name)]
        # Two models of one size are listed by name.
        rows.append({**rows[0], "model": "another'"})
        with (project.root / "scores.csv").open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        settings = Settings(root=project.root, source="scores.csv")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(project.root)
            hasten_curve_tests(patch)
            stages.run(settings, "report")
            stages.run(settings, "check")

    return Settings(root=builder.project("hostile_names", build).root, source="scores.csv")


def test_no_file_is_left_but_those_of_the_run(reported):
    assert sorted(path.name for path in reported.root.iterdir()) == ["data", "scores.csv", "sql"]
    folders = {path.name for path in reported.data.iterdir()}
    assert folders <= {"databases", "stamps", "runs", "curve_tests"}
    assert not [path for path in reported.root.rglob("*") if "pwned" in path.name]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_are_kept_to_the_letter(reported, name):
    with duckdb.connect(str(reported.database), read_only=True) as connection:
        columns = ", ".join(f'"{column}" = $name as {column}' for column in ("task", "subtask", "family", "metric"))
        found = connection.execute(f"select {columns} from emergence where task = $name", {"name": name}).fetchall()
        assert sorted(found) == [(True, True, True, False), (True, True, True, True)]
        models = connection.execute("select distinct model from stg_scores where family = ?", [name]).fetchall()
        assert {model for (model,) in models} >= {f"{name} {place}" for place in range(len(SIZES))}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_are_shown_as_text(reported, name):
    page = (reported.results() / "report.html").read_text(encoding="utf-8")
    seen = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert " ".join(name.split()) in seen


def test_the_page_holds_no_markup_of_a_name(reported):
    page = (reported.results() / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert 'href="http://e.vil' not in page
    assert all(
        source.startswith("data:image/svg+xml;base64,") for source in re.findall(r'<img[^>]* src="([^"]*)', page)
    )
    assert str(6007 * 7) not in page


def test_every_text_column_was_tried(reported):
    with (reported.root / "scores.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for column, name in product(TEXT_COLUMNS, NAMES.values()):
        assert any(row[column].startswith(name) for row in rows), (column, name)
