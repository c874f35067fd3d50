"""What the explorer holds: every curve, the numbers of the tables, and nobody's markup."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.report.explorer import columns, page, stage

NAMES = st.text(max_size=30) | st.just("x" * 10_000) | st.just("</script><img src=x onerror=alert(1)>")


@pytest.fixture(scope="module")
def content(real_project):
    with database.connect(real_project.database, read_only=True) as connection:
        stage.build(connection, real_project)
        return stage.gather(connection)


def told(table, name):
    """A column as the page reads it."""
    column = table[name]
    return [column["names"][place] if place >= 0 else None for place in column["of"]] if "of" in column else column


def test_every_curve_has_the_numbers_of_its_table(content, real):
    curves = content["curves"]
    rows = real.execute("""
        select task, subtask, metric, shots, family, n_test, span, status, emergence_score
        from emergence order by curve_id
    """).fetchall()
    names = ("task", "subtask", "metric", "shots", "family", "n_test")
    shown = zip(*(told(curves, name) for name in names), strict=True)
    # Some descriptions of subtasks hold line breaks.
    texts = [tuple(columns.shown(each) if isinstance(each, str) else each for each in row[:6]) for row in rows]
    assert list(shown) == texts
    for score, direction, (*_, status, emergence_score) in zip(
        curves["emergence_score"], curves["direction"], rows, strict=True
    ):
        whole = direction * math.inf if status == "infinite" else score
        assert whole == emergence_score
    for span, row in zip(curves["span"], rows, strict=True):
        assert span == (row[6] if row[6] is None else pytest.approx(row[6], rel=1e-7))


def test_scores_lie_where_the_lengths_of_curves_say(content, real):
    points = content["points"]
    rows = real.execute("select model, score from curve_points order by curve_id, position").fetchall()
    assert sum(content["curves"]["n_scales"]) == len(rows)
    assert [points["models"][place] for place in points["model"]] == [model for model, _ in rows]
    scores = np.array([score for _, score in rows])
    assert [shown is None for shown in points["score"]] == (~np.isfinite(scores)).tolist()
    np.testing.assert_allclose(
        np.array(points["score"], float)[np.isfinite(scores)], scores[np.isfinite(scores)], rtol=1e-7
    )


def test_verdicts_are_counted_as_in_the_tables(content, real):
    shown = pd.Series(told(content["tests"], "verdict")).value_counts().to_dict()
    assert shown == dict(real.execute("select verdict, count(*) from curve_verdicts group by all").fetchall())
    tasks = dict(zip(told(content["tasks"], "task"), told(content["tasks"], "verdict"), strict=True))
    assert tasks == dict(real.execute("select task, verdict from tasks").fetchall())


def test_every_curve_is_told_by_sentences_that_there_are(content):
    tests = content["tests"]
    keys = {*told(tests, "forecast_said"), *told(tests, "verdict_said")} - {"", "late_gain"}
    assert keys <= set(content["sentences"])
    gains = [verdict == "late gain" for verdict in told(tests, "verdict")]
    assert gains == [key == "late_gain" for key in told(tests, "forecast_said")]


@pytest.mark.parametrize(
    ("check", "sabotage"),
    [
        ("explorer_shows_every_curve", "delete from explorer_curves where curve_id = 1"),
        ("explorer_shows_every_curve", "insert into explorer_tests from explorer_tests limit 1"),
        ("explorer_points_are_scores", "delete from explorer_points where curve_id = 1 and position = 1"),
    ],
)
def test_a_check_passes_on_good_data_and_catches_its_case(real_project, check, sabotage):
    sql_file = real_project.sql / "checks" / "explorer" / f"{check}.sql"
    with database.connect(real_project.database, read_only=True) as connection:
        stage.build(connection, real_project)
        connection.execute(sabotage)
        with pytest.raises(PipelineError, match=r"curve_id=.*\. Next: make sql/explorer/"):
            database.run_check(connection, sql_file)


@given(st.lists(NAMES))
def test_names_are_bounded_seen_whole_and_stay_apart(names):
    found = columns.texts(names)
    assert len(found["names"]) == len(set(names)) == len(set(found["names"]))
    assert [list(dict.fromkeys(names))[place] for place in found["of"]] == names
    assert all(len(name) <= columns.LONGEST_NAME + 8 and name.isprintable() for name in found["names"])


@given(
    st.recursive(
        st.none() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_packed_is_unpacked_and_holds_no_markup(content):
    text = columns.packed({"content": content})
    assert columns.unpacked(text) == {"content": content}
    assert not set(text) & set("<>&\"'")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1 + 0.2, 0.3), (2.0, 2), (math.inf, None), (-math.inf, None), (math.nan, None), (None, None), (1e-12, 1e-12)],
)
def test_numbers_have_few_digits_and_are_finite(value, shown):
    assert columns.numbers([value]) == [shown]


def test_the_page_runs_its_own_script_alone(content):
    made = page.render(content)
    policy = made.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert "default-src &#39;none&#39;" in policy
    assert "unsafe" not in policy
    assert made.count("</script") == 2
    assert page.render(content) == made
    assert len(made) < 3_000_000


def test_too_many_scores_are_refused_and_an_older_page_goes(made_up, monkeypatch, capsys):
    (path,) = stage.run(made_up)
    assert path.is_file()
    monkeypatch.setattr(stage, "MOST_POINTS", 3)
    assert stage.run(made_up) == []
    assert not path.exists()
    assert "more than a page can hold (3). Next: narrow the source" in capsys.readouterr().out


def test_a_library_that_is_not_there_is_named():
    with pytest.raises(
        PipelineError, match="needs a.js of no-such-package, which is not there. Next: run `make explorer`"
    ):
        page.shipped("no-such-package", "a.js")


def test_curves_without_tests_have_a_page(made_up):
    with database.connect(made_up.database, read_only=True) as connection:
        stage.build(connection, made_up)
        content = stage.gather(connection)
    assert content["tests"] is None
    assert stage.run(made_up)[0].is_file()
