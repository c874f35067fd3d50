"""How numbers and cells are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.core import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (631.561875, "631.6"),
        (0.0003072499, "0.0003072"),
        (12345.6, "12,346"),
        (100.0, "100"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (None, ""),
        (0.0, "0"),
    ],
)
def test_number(value, text):
    assert wording.number(value) == text


def test_counts_and_shares():
    assert wording.thousands(183819) == "183,819"
    assert wording.percent(11 / 47) == "23.4 %"
    assert wording.percent(None) == wording.thousands(None) == "none"
    assert wording.points(0.8819) == "88.2"


@given(st.text(max_size=60))
def test_a_cell_is_the_same_text_when_rendered(text):
    """Whatever a task is called, it neither breaks out of its table cell nor becomes markup."""
    row = wording.markdown_table([{"task": "x" + text + "x"}], {"task": "task"})
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(row)
    assert html.count("<td>") == 1
    inside = html.split("<td>")[1].split("</td>")[0]
    assert "<" not in inside


def test_a_hostile_cell():
    hostile = "<script>alert(1)</script> | [x](javascript:alert(1)) ![i](http://e.vil/p.png) **b** `c`"
    row = wording.markdown_table([{"task": hostile}], {"task": "task"})
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(row)
    assert "<script" not in html
    assert "<a " not in html
    assert "<img" not in html
    assert "<strong" not in html


def test_a_table_aligns_numbers_and_shows_truth_in_words():
    rows = [
        {"metric": "bleu", "curves": 1192, "share_two_metrics": 0.5, "agrees": True},
        {"metric": "a|b", "curves": None, "share_two_metrics": None, "agrees": False},
    ]
    assert wording.markdown_table(rows, {name: name for name in rows[0]}).splitlines() == [
        "| metric | curves | share\\_two\\_metrics | agrees |",
        "| --- | ---: | ---: | --- |",
        "| bleu | 1,192 | 50.0 % | yes |",
        "| a\\|b |  |  | **no** |",
    ]


def test_no_rows_are_said_so():
    assert wording.markdown_table([], {"task": "task"}) == "*None.*"


@given(st.text(max_size=60))
def test_anybodys_text_is_printed_on_one_line(text):
    shown = wording.one_line(text, 40)
    assert shown.isprintable()
    assert len(shown) <= 40
    if text.isprintable():
        assert shown == text[:40]
