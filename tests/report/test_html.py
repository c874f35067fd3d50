"""Markdown -> one HTML file: what is data stays text, what is ours folds, sorts, scrolls and loads nothing."""

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure

from pipeline.core import plotting, wording
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT
from pipeline.report import html, svg

HOSTILE = "<script>alert('1')</script>\"><img src=http://e.vil/x.png onerror=alert(2)>\njavascript:alert(3)"
CITE = html.Citation("Is it real?", "sha256:0123456789abcdef")
VOID = ("meta", "img", "br", "hr", "wbr")
PAGES = ("report", "methods", "tasks")


class Tags(HTMLParser):
    """Every tag of a page with its attributes; fails where one is closed that is not open."""

    def __init__(self, page):
        super().__init__()
        self.found, self._open = [], []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def of(self, *names):
        return [attributes for tag, attributes in self.found if tag in names]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Two figures, drawn as those of the report are; the second bears a hostile title."""
    folder = tmp_path_factory.mktemp("drawn")
    plotting.set_style()
    for name, title in (("one", "a finding"), ("two", HOSTILE)):
        figure = Figure(figsize=(3, 2))
        axes = figure.subplots()
        axes.plot([0, 1, 2], [0, 1, 4], "o--", color=plotting.ACCENT, label="l & <m>")
        axes.fill_between([0, 1], [0, 0], [1, 1], color="#234f81", alpha=0.3)
        axes.set_title(plotting.literal(title))
        axes.legend()
        plotting.save(figure, folder / f"{name}.svg")
    return folder


@pytest.fixture
def folder(drawn, tmp_path):
    """A results folder with these figures."""
    shutil.copytree(drawn, tmp_path / "figures")
    return tmp_path


def page(markdown, folder, **given):
    return html.render(
        f"# T\n\nFirst words.\n\n{markdown}", folder, **{"title": "T", "versions": "versions.txt", "cite": CITE} | given
    )


def main_of(made):
    return made.partition('<main id="main">')[2].partition('<section class="cite"')[0]


def table_of(rows):
    return wording.markdown_table(
        [{"name": f"n{row}", "count": row} for row in range(rows)], {"name": "name", "count": "count"}
    )


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(folder):
    made = page("![d](figures/one.svg)", folder)
    (policy,) = (each["content"] for each in Tags(made).of("meta") if each.get("http-equiv"))
    for kind in ("style", "script"):
        (inner,) = re.findall(rf"<{kind}>(.*?)</{kind}>", made, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_no_tag_has_a_style_or_a_handler_or_loads_anything(folder):
    made = page(f"![d](figures/one.svg)\n\n{table_of(3)}\n\n[x](https://example.org)", folder)
    for tag, attributes in Tags(made).found:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")], tag
        assert attributes.get("src", "data:").startswith("data:")
    assert not {"link", "iframe", "object", "foreignobject"} & {tag for tag, _ in Tags(made).found}
    assert "@import" not in made
    assert "url(http" not in made


def test_ids_are_unique_with_two_figures_and_two_equal_headings(folder):
    made = page("## A\n\n![d](figures/one.svg)\n\n## A\n\n![d](figures/two.svg)\n\n![d](figures/one.svg)", folder)
    ids = [attributes["id"] for _, attributes in Tags(made).found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"a", "a-1"} <= set(ids)
    named = {each["href"][1:] for each in Tags(made).of("a", "use") if each["href"].startswith("#")}
    named |= set(re.findall(r"url\(#([^)]+)\)", made))
    assert named <= set(ids)


def test_links_lead_to_pages_and_files(folder):
    made = page(
        "[a](methods.md#b-c) [b](tasks.md) [c](https://e.org/x.md) [d](#e)\n\nSee `tables/x.csv` and `sql/x.sql`.",
        folder,
    )
    targets = [each["href"] for each in Tags(main_of(made)).of("a")]
    assert targets == ["methods.html#b-c", "tasks.html", "https://e.org/x.md", "#e", "tables/x.csv"]


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"])
def test_a_link_that_would_run_something_is_text(folder, target):
    assert Tags(main_of(page(f"[a]({target})", folder))).of("a") == []


def test_what_data_holds_is_shown_as_text(folder):
    rows = [{"name": HOSTILE, "count": 1}]
    table = wording.markdown_table(rows, {"name": HOSTILE, "count": "count"})
    given = f"## {wording.cell(HOSTILE)}\n\n{table}\n\n{HOSTILE}"
    made = page(
        f"{given}\n\n![{wording.cell(HOSTILE)}](figures/two.svg)",
        folder,
        title=HOSTILE,
        cite=html.Citation(HOSTILE, "v"),
    )
    tags = Tags(made)
    assert len(tags.of("script")) == 1
    assert tags.of("img") == []
    assert "&lt;script&gt;alert" in main_of(made)
    assert "alert" in next(each["aria-label"] for each in tags.of("svg"))


def test_numbers_stand_to_the_right_by_a_class_and_headers_have_a_scope(folder):
    tags = Tags(main_of(page(table_of(2), folder)))
    assert [each.get("class") for each in tags.of("th")] == [None, "number"]
    assert {each["scope"] for each in tags.of("th")} == {"col"}
    assert [each.get("class") for each in tags.of("td")] == [None, "number"] * 2


def test_a_table_scrolls_in_a_box_with_a_name_of_its_own_and_keeps_its_caption(folder):
    made = page(f"## One\n\n{table_of(2)}\n\n*Words on `tables/x.csv`.*\n\n{table_of(2)}", folder)
    boxes = [each for each in Tags(main_of(made)).of("div") if each["class"] == "scroll"]
    assert [(each["role"], each["tabindex"], each["aria-label"]) for each in boxes] == [
        ("region", "0", "Table 1: One"),
        ("region", "0", "Table 2: One"),
    ]
    assert '<div class="caption"><em>Words on <a class="file" href="tables/x.csv">' in made


def test_long_names_in_tables_may_break_after_underscores(folder):
    table = wording.markdown_table([{"name": "_a_b", "other": "a"}], {"name": "long_name", "other": "other"})
    made = main_of(page(f"{table}\n\na\\_b", folder))
    assert "<td>_<wbr>a_<wbr>b</td>" in made
    assert '<th scope="col">long_<wbr>name</th>' in made
    assert "<p>a_b</p>" in made


@pytest.mark.parametrize(("rows", "is_folded"), [(12, False), (13, True), (240, True)])
def test_long_tables_fold_and_lose_no_row(folder, rows, is_folded):
    made = main_of(page(table_of(rows), folder))
    assert made.count("<tr>") == rows + 1
    assert ('<details class="rows">' in made) == is_folded
    assert (f"Show all {rows:,} rows" in made) == is_folded


def test_sections_of_the_third_level_fold_up_to_the_next_heading(folder):
    made = main_of(page("## A\n\n### B\n\nb\n\n### C\n\nc\n\n## D\n\nd", folder))
    folds = re.findall(r'<details class="section"><summary>(.*?)</details>', made, re.DOTALL)
    assert [re.findall(r"<p>(.)</p>", fold) for fold in folds] == [["b"], ["c"]]
    assert re.findall(r"<details.*?<p>d</p>", made[made.index('id="d"') :], re.DOTALL) == []


def test_the_list_of_chapters_stands_at_the_side_alone(folder):
    made = page("1. [A](#1-a)\n2. [B](#2-b)\n\n## 1. A\n\n1. [x](tasks.md)\n2. y\n\n## 2. B", folder)
    side = made.partition("<main")[0]
    assert re.findall(r'<li><a href="#([^"]+)">([^<]+)', side) == [
        ("1-a", "1. A"),
        ("2-b", "2. B"),
        ("cite", "Cite this"),
    ]
    assert main_of(made).count("<li>") == 2


def test_the_first_paragraph_leads(folder):
    assert re.findall(r'<p class="lead">(.*?)</p>', page("Second.", folder)) == ["First words."]


def test_a_figure_says_what_it_shows_and_keeps_its_caption(folder):
    made = main_of(page("![one & two](figures/one.svg)\n\n*A caption.*\n\nText.", folder))
    assert '<svg role="img" aria-label="one &amp; two"' in made
    assert "<figcaption><em>A caption.</em>" in made
    assert "<?xml" not in made
    assert "<metadata" not in made
    assert "a finding" in made


def test_colours_of_figures_have_twins_that_show_on_dark(folder):
    made = svg.inline(folder / "figures" / "one.svg", "d", "f1")
    rules = svg.colour_rules(made.colours)
    assert ".f-234f81{fill:light-dark(#234f81," in rules
    assert plotting.ACCENT in made.colours
    classes = set(re.findall(r"\b[fs]-([0-9a-f]{6})\b", made.markup))
    assert {f"#{name}" for name in classes} == made.colours
    assert not re.search(r'(?:fill|stroke)="#', made.markup)


@pytest.mark.parametrize(
    "colour", ["#c2410c", "#1d4ed8", "#0f766e", "#7c3aed", "#234f81", "#1e293b", "#000000", "#64748b"]
)
def test_each_colour_can_be_seen_on_paper_and_on_a_dark_page(colour):
    assert contrast(colour, "#ffffff") >= 3
    assert contrast(svg.dark_twin(colour), svg.DARK_TWINS["#ffffff"]) >= 3


def contrast(one, other):
    def luminance(colour):
        parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        return sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_the_page_and_its_figures_have_the_same_paper_and_ink():
    style = (ROOT / "pipeline" / "report" / "report.css").read_text()
    for colour in ("#ffffff", "#1e293b", "#e2e8f0"):
        assert f"light-dark({colour}, {svg.DARK_TWINS[colour]})" in style


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<script>alert(1)</script>", "holds <script>"),
        ("<foreignObject/>", "holds <foreignObject>"),
        ("<a href='http://e.vil'/>", "holds <a>"),
        ("<use href='http://e.vil/x.svg#a'/>", "refers to 'http://e.vil/x.svg#a'"),
        ("<image href='https://e.vil/x.png'/>", "refers to 'https://e.vil/x.png'"),
        ("<path style='fill: url(http://e.vil/#a)'/>", r"refers to 'url\(http://e.vil/#a\)'"),
        ("<path", "cannot be read"),
    ],
)
def test_a_figure_that_was_not_drawn_here_is_refused(tmp_path, inner, reason):
    path = tmp_path / "x.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{inner}</svg>')
    with pytest.raises(PipelineError, match=f"x.svg: .*{reason}.*Next: run `make report` again"):
        svg.inline(path, "d", "f1")


def test_attributes_that_figures_do_not_have_are_left_out(tmp_path):
    path = tmp_path / "x.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">'
        '<path onclick="a()" class="b" d="M 1.23456 2"/></svg>'
    )
    assert '<path d="M 1.23 2"/>' in svg.inline(path, "d", "f1").markup


@pytest.mark.parametrize("source", ["../secret.svg", "figures/../../x.svg", "http://e.vil/x.svg", "figures/x.gif"])
def test_only_pictures_of_the_results_folder_are_shown(folder, source):
    with pytest.raises(PipelineError, match="only those in figures/ may be shown. Next: "):
        page(f"![d]({source})", folder)


@pytest.mark.parametrize("name", ["none.svg", "none.png"])
def test_a_picture_that_is_missing_is_a_loud_failure(folder, name):
    with pytest.raises(PipelineError, match=f"{name}.*cannot be read.*Next: .*make report"):
        page(f"![d](figures/{name})", folder)


def test_a_page_is_the_same_bytes_again(folder):
    markdown = f"## A\n\n![d](figures/one.svg)\n\n{table_of(20)}"
    assert page(markdown, folder) == page(markdown, folder)


def test_the_version_follows_from_the_report_and_a_title_cannot_break_the_entry():
    assert html.citation("T", "a").version == html.citation("T", "a").version != html.citation("T", "b").version
    entry = html.Citation("a } b { \\c", "v").bibtex
    assert entry.count("{") == entry.count("}") == 4
    assert "title = {a  b  c}" in entry


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_its_markdown_gives(name):
    folder = ROOT / "outputs"
    texts = {each: (folder / f"{each}.md").read_text() for each in PAGES}
    made = html.render(
        texts[name],
        folder,
        title=html.title_of(texts[name]),
        versions="versions.txt",
        cite=html.citation(html.title_of(texts["report"]), texts["report"]),
        # The explorer is made, and not committed.
        pages={f"{each}.html": each.capitalize() for each in (*PAGES, "explorer")},
        here=f"{name}.html",
    )
    assert made == (folder / f"{name}.html").read_text()
    assert len(made.encode()) < 2_000_000
