"""The pages of the report in a real browser, opened from files."""

import csv
import re
import shutil

import pytest

from pipeline.core import wording
from pipeline.core.settings import ROOT
from pipeline.report import html
from pipeline.report.explorer import stage
from tests.browser.conftest import each_look, opened

OUTPUTS = ROOT / "outputs"
PAGES = ("report", "methods", "tasks")
NAMES = ['a "quote"', "<b>bold</b>", "<script>document.title='x'</script>", "people's\nchoice", "=1+1", "&amp;", "c,d"]
TITLES = {"task": "task", "n": "n"}
VALUES = [1234.5, float("inf"), None, -3, 0.25, float("-inf"), 20]


@pytest.fixture
def made(tmp_path):
    """A page with a table of hostile names and of numbers of all kinds, a long table, and a section that folds."""
    rows = [{"name": name, "value": value} for name, value in zip(NAMES, VALUES, strict=True)]
    long = [{"row": row, "share": row / 30} for row in range(30)]
    markdown = "\n\n".join(
        [
            f"# {wording.cell(NAMES[2])}",
            "Words.",
            "## One",
            wording.markdown_table(rows, {"name": "name", "value": "value"}),
            "## Two",
            wording.markdown_table(long, {"row": "row", "share": "share"}),
            "### Three",
            "Folded words.",
            "    " + "code " * 100,
            f"A long address: https://example.org/{'x' * 300}",
        ]
    )
    cite = html.Citation("T", "v")
    path = tmp_path / "page.html"
    path.write_text(html.render(markdown, tmp_path, title="T", versions="versions.txt", cite=cite))
    return path


def column(page, table, place):
    return (
        page.locator(".table")
        .nth(table)
        .locator("tbody tr")
        .evaluate_all(f"rows => rows.map(row => row.cells[{place}].textContent)")
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_request_or_a_complaint_and_fits(open_file, name):
    page = open_file(OUTPUTS / f"{name}.html", width=390, color_scheme="dark")
    for width in each_look(page):
        for width_of in page.locator("main pre, main .scroll").evaluate_all("all => all.map(one => one.clientWidth)"):
            assert width_of <= width


def test_a_long_word_does_not_widen_a_phone(open_file, made):
    page = open_file(made, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_names_are_shown_as_text(open_file, made):
    page = open_file(made)
    assert column(page, 0, 0) == [" ".join(name.split()) for name in NAMES]
    assert page.locator("h1").inner_text() == NAMES[2]
    assert page.title() == "T"


def test_a_table_sorts_with_infinities_at_the_ends_and_blanks_last(open_file, made):
    page = open_file(made)
    header = page.locator(".table").first.locator("th").nth(1)
    before = column(page, 0, 1)
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert column(page, 0, 1) == ["−∞", "-3", "0.25", "20", "1,234", "∞", ""]
    header.get_by_role("button").press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    assert column(page, 0, 1) == ["∞", "1,234", "20", "0.25", "-3", "−∞", ""]
    header.get_by_role("button").press("Enter")
    assert header.get_attribute("aria-sort") is None
    assert column(page, 0, 1) == before


def test_only_one_column_says_that_it_is_sorted(open_file, made):
    page = open_file(made)
    for place in (0, 1):
        page.locator(".table").first.locator("th button").nth(place).click()
    assert page.locator("[aria-sort]").count() == 1


@pytest.mark.parametrize("has_script", [True, False])
def test_a_long_table_shows_ten_rows_until_all_are_asked_for(open_file, made, has_script):
    page = open_file(made, java_script_enabled=has_script)
    rows, fold = page.locator(".table").nth(1).locator("tbody tr:visible"), page.locator("details.rows")
    assert rows.count() == 10
    assert fold.locator("summary").inner_text() == "Show all 30 rows"
    fold.locator("summary").click()
    assert rows.count() == 30
    fold.locator("summary").click()
    assert rows.count() == 10


def test_the_rows_that_show_are_the_first_of_the_order(open_file, made):
    page = open_file(made)
    header = page.locator(".table").nth(1).locator("th button").nth(1)
    header.click()
    header.click()
    assert page.locator(".table").nth(1).locator("tbody tr:visible td").first.inner_text() == "29"


def test_a_table_is_a_csv_one_click_away(open_file, made):
    page = open_file(made)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of Table 1: One").click()
    with open(download.value.path(), newline="") as file:  # noqa: PTH123 - a browser names it
        rows = list(csv.reader(file))
    assert rows[0] == ["name", "value"]
    # A spreadsheet would compute what begins like a formula.
    assert [row[0] for row in rows[1:]] == ["'=1+1" if name == "=1+1" else " ".join(name.split()) for name in NAMES]
    assert [row[1] for row in rows[1:]] == column(page, 0, 1)


def test_a_link_into_a_folded_section_opens_it(open_file, made):
    assert not open_file(made).get_by_text("Folded words.").is_visible()
    assert open_file(made, fragment="#three").get_by_text("Folded words.").is_visible()


def test_print_shows_what_is_folded_and_no_controls(open_file, made):
    page = open_file(made, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator(".table").nth(1).locator("tbody tr:visible").count() == 30
    assert page.locator("button:not(th button):visible, .contents:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")


# A new profile under load can lose what its first page stored, so no test reloads: each half of "remembered" by itself.
def test_the_chosen_theme_is_stored(open_file, made):
    page = open_file(made, is_alone=True)
    for name, theme, colour in (
        ("Dark page", "dark", "rgb(16, 21, 29)"),
        ("Light page", "light", "rgb(255, 255, 255)"),
    ):
        page.get_by_role("button", name=name).click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colour
        assert page.evaluate("localStorage.getItem('theme')") == theme


@pytest.mark.parametrize(("stored", "shown"), [("dark", "dark"), ("light", "light"), ("<b>", None)])
def test_a_stored_theme_is_shown_whatever_the_system_prefers(open_file, made, stored, shown):
    other = "light" if stored == "dark" else "dark"
    page = open_file(made, before=f"localStorage.setItem('theme', '{stored}')", color_scheme=other)
    assert page.locator("html").get_attribute("data-theme") == shown


def test_the_theme_changes_without_storage_too(open_file, made):
    script = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no storage'); }})"
    page = open_file(made, before=script, color_scheme="light")
    page.get_by_role("button", name="Dark page").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_contents_stay_in_view_and_mark_the_chapter(open_file):
    page = open_file(OUTPUTS / "report.html")
    link = page.locator(".contents li a").nth(4)
    link.click()
    page.wait_for_function("document.querySelectorAll('.contents [aria-current]').length === 1")
    assert page.locator(".contents [aria-current]").inner_text() == link.inner_text()
    assert 0 <= page.locator(".contents summary").bounding_box()["y"] < 900


def test_the_contents_fold_on_a_phone(open_file):
    page = open_file(OUTPUTS / "report.html", width=390, height=844)
    assert not page.locator(".contents li").first.is_visible()
    page.locator(".contents summary").click()
    assert page.locator(".contents li").first.is_visible()


def test_what_is_cut_says_so_and_can_be_reached_by_keyboard(open_file):
    page = open_file(OUTPUTS / "report.html", width=390)
    boxes = page.locator("main .scroll").evaluate_all(
        "all => all.map(one => [one.scrollWidth > one.clientWidth + 1, one.dataset.cut, one.tabIndex])"
    )
    assert any(is_wide for is_wide, _, _ in boxes)
    for is_wide, cut, index in boxes:
        assert (cut, index) == (("right", 0) if is_wide else ("", -1))


def test_the_answer_is_above_the_fold(open_file):
    for width, height in ((1440, 900), (390, 844)):
        page = open_file(OUTPUTS / "report.html", width=width, height=height)
        box = page.locator("p.lead").bounding_box()
        assert box["y"] + box["height"] < height
        assert page.locator("main figure").first.bounding_box()["y"] < height


def test_every_table_and_picture_that_is_linked_is_there(open_file):
    for name in PAGES:
        targets = (
            open_file(OUTPUTS / f"{name}.html")
            .locator("main a.file")
            .evaluate_all("all => all.map(one => one.getAttribute('href'))")
        )
        assert targets
        assert [target for target in targets if not (OUTPUTS / target).is_file()] == []


def test_the_numbers_on_the_page_are_those_of_the_table(open_file):
    page = open_file(OUTPUTS / "report.html")
    with (OUTPUTS / "tables" / "conventions.csv").open(newline="") as file:
        told = {
            row["convention"]: wording.thousands(float(row["emergent"]))
            for row in csv.DictReader(file)
            if float(row["threshold"]) == 100
        }
    table = page.locator(".table").filter(has=page.get_by_role("columnheader", name="value of a curve"))
    rows = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert {row[0]: row[-1] for row in rows} == told


def test_figures_follow_the_theme(open_file):
    ink = "getComputedStyle(document.querySelector('main svg text')).fill"
    light = open_file(OUTPUTS / "report.html", color_scheme="light").evaluate(ink)
    dark = open_file(OUTPUTS / "report.html", color_scheme="dark").evaluate(ink)
    assert (light, dark) == ("rgb(30, 41, 59)", "rgb(219, 226, 234)")


def test_the_version_can_be_copied(open_file):
    page = open_file(OUTPUTS / "report.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy BibTeX").click()
    page.get_by_role("button", name=re.compile("^(Copied|Selected: copy it now)$")).wait_for()
    assert html.citation("", (OUTPUTS / "report.md").read_text()).version in page.locator("#bibtex").inner_text()


def test_a_task_of_a_table_leads_to_its_curves(open_file, explorer, tmp_path):
    shutil.copy(explorer, tmp_path)
    pages = {"page.html": "Page", stage.NAME: "Explorer"}
    table = wording.markdown_table([{"task": "modified_arithmetic", "n": 1}, {"task": "x" * 500, "n": 2}], TITLES)
    path = tmp_path / "page.html"
    cite = html.Citation("T", "v")
    path.write_text(html.render(f"# T\n\n## One\n\n{table}", tmp_path, title="T", versions="v", cite=cite, pages=pages))
    links = open_file(path).locator("tbody a")
    assert [links.nth(place).inner_text() for place in range(links.count())] == ["modified_arithmetic"]
    fragment = links.first.get_attribute("href").removeprefix(stage.NAME)
    there = opened(open_file, tmp_path / stage.NAME, fragment=fragment)
    assert there.locator("#task h1").inner_text() == "modified_arithmetic"
