"""The explorer in a real browser, opened from a file."""

import csv
import io
import re
from copy import deepcopy

import pytest

from pipeline.core import database, wording
from pipeline.report.explorer import columns, page, stage
from tests.browser.conftest import each_look, opened

HOSTILE = (
    "</script><img src=x onerror=document.title='pwned'>",
    'a "quote" & <b>bold</b>',
    "a line\nbreak",
    "=1+1",
    "x" * 10_000,
)


@pytest.fixture(scope="session")
def content(real_project):
    """What it shows."""
    with database.connect(real_project.database, read_only=True) as connection:
        stage.build(connection, real_project)
        return stage.gather(connection)


def settled(found):
    """The page, once it shows what was asked for: it does so with the next frame."""
    found.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return found


def counted(found):
    """Emergent curves, curves and tasks, as the page says."""
    told = re.match(r"([\d,]+) of ([\d,]+) curves? .* in ([\d,]+) tasks?\.", found.locator("#count").inner_text())
    return [int(number.replace(",", "")) for number in told.groups()]


@pytest.mark.parametrize("fragment", ["", "#task=modified_arithmetic", "#view=curves"])
def test_it_opens_without_a_request_or_a_complaint_and_fits(open_file, explorer, fragment):
    found = opened(open_file, explorer, fragment=fragment, width=390, color_scheme="dark")
    for _ in each_look(found):
        if fragment:
            found.locator(".card canvas").first.wait_for()


def test_it_counts_what_the_tables_count(open_file, explorer, real):
    found = opened(open_file, explorer)
    rows = real.execute("select convention, emergent, curves, tasks_with_emergent from chosen_conventions").fetchall()
    for convention, *numbers in rows:
        found.get_by_label("Convention").select_option(convention)
        assert counted(found) == numbers
    query = "select threshold, emergent, curves, tasks_with_emergent from conventions where convention = 'published'"
    found.get_by_label("Convention").select_option("published")
    for threshold, *numbers in real.execute(query).fetchall():
        found.get_by_role("spinbutton", name="Threshold").fill(f"{threshold:g}")
        assert counted(found) == numbers


def test_every_filter_leaves_the_curves_that_a_query_finds(open_file, explorer, real):
    filters = {
        "metric": ("emergence", "metric", "multiple_choice_grade"),
        "family": ("emergence", "family", "PaLM"),
        "verdict": ("curve_verdicts", "verdict", "late gain"),
        "n_test": ("explorer", "n_test_class(n_test)", "200+"),
    }
    for name, (table, column, value) in filters.items():
        source = "emergence" if table == "explorer" else table
        (number,) = real.execute(f"select count(*) from {source} where {column} = ?", [value]).fetchone()
        found = opened(open_file, explorer, fragment=f"#{name}={value.replace(' ', '+').replace('200+', '200%2B')}")
        assert found.locator("#views a").nth(1).inner_text() == f"{number:,} curves"
        found.get_by_role("button", name="Clear all").click()
        assert found.locator("#views a").nth(1).inner_text() == "20,500 curves"


def test_a_task_is_found_by_typing_and_opened_by_enter(open_file, explorer):
    found = opened(open_file, explorer)
    found.get_by_label("Find a task").fill("modified arith")
    assert settled(found).locator("#table tbody tr").count() == 1
    found.get_by_label("Find a task").press("Enter")
    assert found.locator("#task h1").inner_text() == "modified_arithmetic"
    assert found.evaluate("location.hash") == "#task=modified_arithmetic"
    found.go_back()
    assert found.locator("#table").is_visible()
    assert found.get_by_label("Find a task").input_value() == "modified arith"


def test_a_link_brings_a_colleague_to_the_same_curves(open_file, explorer):
    found = opened(open_file, explorer)
    found.get_by_label("Family").select_option("PaLM")
    found.get_by_role("link", name="modified_arithmetic").click()
    found.get_by_label("Order by").select_option("span")
    shown = settled(found).locator(".card h2, .card .where").all_inner_texts()
    fragment = found.evaluate("location.hash")
    there = opened(open_file, explorer, fragment=fragment)
    assert there.locator(".card h2, .card .where").all_inner_texts() == shown
    assert all(title.startswith("PaLM") for title in there.locator(".card h2").all_inner_texts())


def test_the_table_sorts_by_keyboard_and_the_address_keeps_it(open_file, explorer):
    found = opened(open_file, explorer)
    header = found.locator("#table th").filter(has_text="Largest E")
    for direction in ("ascending", "descending"):
        header.get_by_role("button").press("Enter")
        settled(found)
        assert header.get_attribute("aria-sort") == direction
    place = header.evaluate("header => header.cellIndex")
    told = found.locator(f"#table tbody td:nth-child({place + 1})").all_inner_texts()
    values = [float(text.replace(",", "")) for text in told]
    assert values == sorted(values, reverse=True)
    again = opened(open_file, explorer, fragment=found.evaluate("location.hash"))
    assert again.locator(f"#table tbody td:nth-child({place + 1})").all_inner_texts() == told


def test_a_card_says_what_the_tests_say(open_file, explorer, real):
    found = opened(open_file, explorer, fragment="#task=modified_arithmetic&verdict=late+gain")
    gains = real.execute(
        "select count(*) from curve_verdicts where task = 'modified_arithmetic' and verdict = 'late gain'"
    )
    assert found.locator(".card").count() == gains.fetchone()[0]
    query = """
        select model, score, low, high, q from late_gains
        where task = 'modified_arithmetic' order by q, curve_id limit 1
    """
    model, score, low, high, _ = real.execute(query).fetchone()
    said = found.locator(".card .said").first.inner_text()
    numbers = [wording.number(value, 3) for value in (score, low, high)]
    assert (
        f"The largest model, {model}, scores {numbers[0]}, above the forecast interval {numbers[1]} to {numbers[2]}"
        in said
    )


def test_rows_are_copied_and_downloaded_as_the_table_has_them(open_file, explorer, real):
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    found = opened(open_file, explorer, fragment="#task=modified_arithmetic&by=span", **options)
    found.get_by_role("button", name="Copy row of").first.click()
    found.locator(".card button", has_text="Copied").wait_for()
    (row,) = csv.DictReader(io.StringIO(found.evaluate("navigator.clipboard.readText()")))
    with found.expect_download() as download:
        found.get_by_role("button", name="CSV of 140 curves").click()
    with open(download.value.path(), newline="") as file:  # noqa: PTH123 - a browser names it
        rows = list(csv.DictReader(file))
    assert rows[0] == row
    query = "select sum(span), count(*) from emergence where task = 'modified_arithmetic'"
    span, number = real.execute(query).fetchone()
    assert len(rows) == number
    assert sum(float(each["span"]) for each in rows) == pytest.approx(span, rel=1e-6)


def test_the_interval_of_a_score_is_wilsons(open_file, explorer, real):
    found = opened(open_file, explorer, fragment="#task=modified_arithmetic&by=span&family=GPT&metric=exact_str_match")
    card = found.locator(".card").first
    card.locator("summary").click()
    told = card.locator("dd").last.inner_text()
    number = int(card.get_attribute("data-curve"))
    query = """
        select last_score, wilson_low(last_score, n_test), wilson_high(last_score, n_test)
        from emergence order by curve_id limit 1 offset ?
    """
    score, low, high = real.execute(query, [number]).fetchone()
    assert told == f"{wording.number(score)} ({wording.number(low, 2)} to {wording.number(high, 2)})"


@pytest.fixture
def hostile(content, tmp_path):
    """A page whose first tasks, subtasks, families and models have names that would do something as markup."""
    bad = deepcopy(content)
    for names in (
        *(bad["curves"][name]["names"] for name in ("task", "subtask", "family", "metric")),
        bad["points"]["models"],
    ):
        names[: len(HOSTILE)] = [columns.shown(name) for name in HOSTILE][: len(names)]
    own = bad["tasks"]["task"]["names"]
    own[: len(HOSTILE)] = bad["curves"]["task"]["names"][: len(HOSTILE)]
    path = tmp_path / stage.NAME
    path.write_text(page.render(bad), encoding="utf-8")
    return path, bad["curves"]["task"]["names"][: len(HOSTILE)]


def test_names_are_shown_as_text(open_file, hostile):
    path, names = hostile
    found = opened(open_file, path, fragment="#order=task+asc")
    for name in names:
        found.get_by_label("Find a task").fill(name)
        found.get_by_role("link", name=name, exact=True).click()
        assert settled(found).locator("#task h1").inner_text() == " ".join(name.split())
        assert found.evaluate("document.documentElement.scrollWidth") == 1440
        found.go_back()
        settled(found)
    assert found.locator("img, b").count() == 0
    assert found.title() == "Explorer: every curve"


def test_without_raw_scores_it_says_so_and_works(open_file, content, tmp_path):
    path = tmp_path / stage.NAME
    path.write_text(page.render(content | {"tests": None, "points": None}), encoding="utf-8")
    found = opened(open_file, path)
    assert "The raw scores are not here" in found.locator("main").inner_text()
    assert counted(found)[1] > 10_000
    found.locator("#table tbody a").first.click()
    assert "Not tested: the raw scores are not here." in found.locator(".card .said").first.inner_text()
