"""How numbers and cells are written."""

import math
from html import escape

import jinja2
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


# As lenient as any that shows a report: tags stay tags, addresses become links, tildes strike out.
LENIENT = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
HOSTILE = {
    "a page": "<script>alert(1)</script>",
    "a link": "[x](javascript:alert(1))",
    "a picture": "![i](http://e.vil/p.png)",
    "an address in brackets": "<https://e.vil>",
    "an entity": "&lt;script&gt; &#x3c;b&#x3e;",
    "emphasis": "**b** *i* __b__ _i_ ~~s~~",
    "code": "`c` ``` x",
    "a cell": "x | y",
    "a heading": "# h",
    "a heading below": "===",
    "a rule": "---",
    "a list": "- x",
    "another list": "+ x",
    "a numbered list": "1. x",
    "a numbered list in brackets": "12) x",
    "a quotation": "> x",
    "a fence": "~~~ x",
    "a definition": "[x]: http://e.vil",
    "a backslash": "\\",
    "lines": "x\n\n# h\n\n- y",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("before", ["", "Of the family ", "A paragraph.\n"])
def test_a_text_is_nothing_but_a_text_in_prose_and_in_cells(text, before):
    line = " ".join(text.split())
    assert LENIENT.render(before + wording.cell(text)) == f"<p>{before}{escape(line)}</p>\n"
    table = LENIENT.render(wording.markdown_table([{"task": text}], {"task": "task"}))
    assert f"<td>{escape(line)}</td>" in table


def test_what_github_alone_obeys_is_escaped_as_well():
    """An address makes a link there without any bracket, and dollars a formula."""
    assert wording.cell("see https://e.vil and www.e.vil for $x$") == "see https\\://e.vil and www\\.e.vil for \\$x\\$"


def test_an_ordinary_name_is_left_as_it_is():
    for name in ("exact_str_match", "gpt-2 (large)", "-0.5", "1.5 x", "arithmetic: 3 digits", "a/b.csv", "T=0"):
        assert wording.cell(name) == name


def test_what_is_not_seen_is_shown_by_its_code():
    assert wording.cell("a\u202eb\x1b[2J\0") == r"a\\u202eb\\x1b\[2J\\x00"


def test_a_long_text_is_cut_and_a_long_table_says_so():
    shown = wording.cell("begin " + "x" * 100_000 + " end")
    assert len(shown) == wording.LONGEST_CELL
    assert shown.startswith("begin xx")
    assert shown.endswith("xx end")
    table = wording.markdown_table([{"family": str(number)} for number in range(1259)], {"family": "family"})
    assert table.splitlines()[-1] == "*The first 250 of 1,259 rows.*"
    assert len(table.splitlines()) == 2 + 250 + 2


def test_a_template_prints_a_text_from_data_escaped_and_its_own_as_it_is():
    environment = jinja2.Environment(autoescape=False, finalize=wording.finalized)  # noqa: S701 - Markdown
    environment.filters |= wording.FILTERS
    text = "{% macro said(x) %}**{{ x }}**{% endmacro %}{{ name }} {{ name | cell }} {{ said(name) }} {{ '*own*' }}"
    found = environment.from_string(text + "{{ list | length }}{{ name == '[x](y)' }}")
    name = wording.from_data("[x](y)")
    assert found.render(name=name, list=wording.from_data(["a"])) == (r"\[x\](y) \[x\](y) **\[x\](y)** *own*1True")
    assert wording.plain(r"**\[x\](y)** \\ a\_b") == r"[x](y) \ a_b"


def test_a_table_aligns_numbers_and_shows_truth_in_words():
    rows = [
        {"metric": "bleu", "curves": 1192, "share_two_metrics": 0.5, "agrees": True},
        {"metric": "a|b", "curves": None, "share_two_metrics": None, "agrees": False},
    ]
    assert wording.markdown_table(rows, {name: name for name in rows[0]}).splitlines() == [
        "| metric | curves | share_two_metrics | agrees |",
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
