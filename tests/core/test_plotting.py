"""Figures: rendered again only where they would change, and names in them shown to the letter."""

import pytest
from matplotlib.figure import Figure

from pipeline.core import files, plotting

NAMES = ["plain", "$x^{$", r"a \$ b", "$", "people's $choice$"]


def draw(frame):
    """One bar per name; a picture of nothing is none."""
    table = frame("from bars order by name")
    if table.empty:
        return None
    figure = Figure(figsize=(1, 1))
    figure.subplots().bar(table["name"], table["height"])
    return figure


@pytest.fixture
def bars(connection):
    """A database with a table of one bar per name."""
    connection.execute("create table bars as select unnest(?::varchar[]) as name, 1.5 as height", [NAMES])
    return connection


@pytest.fixture
def rendered(monkeypatch):
    """The names of the files that were rendered, in order."""
    found, save = [], plotting.save
    monkeypatch.setattr(plotting, "save", lambda figure, path: found.append(path.name) or save(figure, path))
    return found


def test_a_figure_is_rendered_again_only_if_it_would_change(bars, tmp_path, rendered):
    [path] = plotting.draw_all(bars, {"bars": draw}, tmp_path)
    content = path.read_bytes()
    assert plotting.draw_all(bars, {"bars": draw}, tmp_path) == [path]
    assert rendered == ["bars.svg"]
    bars.execute("update bars set height = 2 where name = 'plain'")
    plotting.draw_all(bars, {"bars": draw}, tmp_path)
    assert rendered == ["bars.svg"] * 2
    assert path.read_bytes() != content
    plotting.draw_all(bars, {"bars": draw}, tmp_path, mark="SIMULATED")
    assert rendered == ["bars.svg"] * 3


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_a_file_that_is_gone_or_altered_is_rendered_again_to_the_same_bytes(bars, tmp_path, rendered, damage):
    [path] = plotting.draw_all(bars, {"bars": draw}, tmp_path)
    content = path.read_bytes()
    path.write_bytes(b"another")
    if damage == "gone":
        path.unlink()
    plotting.draw_all(bars, {"bars": draw}, tmp_path)
    assert rendered == ["bars.svg"] * 2
    assert path.read_bytes() == content


def test_a_picture_of_nothing_is_none(bars, tmp_path):
    bars.execute("delete from bars")
    assert plotting.draw_all(bars, {"bars": draw}, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_names_are_shown_to_the_letter_and_asked_for_as_they_are(bars, tmp_path):
    seen = {}

    def draw_each(frame):
        for name in frame("from bars order by name")["name"]:
            [found] = frame("select name, height from bars where name = ?", name).to_dict("records")
            [named] = frame("select name from bars where name = $name", name=name)["name"]
            assert found == {"name": name, "height": 1.5}
            assert named == name
            seen[plotting.raw(name)] = name

    plotting.draw_all(bars, {"bars": draw_each}, tmp_path)
    assert sorted(seen) == sorted(NAMES)
    assert seen["plain"] == "plain"
    assert seen["$"] == r"\$"


def test_a_table_without_texts_is_as_the_database_has_it(connection, tmp_path):
    connection.execute("create table numbers as select unnest([1, null, 3]) as n, unnest([true, false, null]) as b")
    seen = []
    plotting.draw_all(connection, {"x": lambda frame: seen.append(frame("from numbers"))}, tmp_path)
    assert seen[0].equals(connection.execute("from numbers").df())


def test_a_saved_figure_is_the_same_bytes_every_time(tmp_path):
    contents = set()
    for name in ("one.svg", "two.svg"):
        figure = Figure(figsize=(1, 1))
        figure.subplots().plot([1, 2], [3, 4])
        contents.add(files.sha256(plotting.save(figure, tmp_path / name)))
    assert len(contents) == 1


HOSTILE = {
    "longer than a figure": "x" * 100_000,
    "the same at both ends": "x" * 100_000 + "y" + "x" * 100,
    "lines": "a\nb\r\nc\td",
    "no glyph": "\U0001f9ea \u6f22\u5b57",
    "turned about": "a\u202eb\u2066c",
    "control": "a\x1b[31mb\0c",
}


@pytest.mark.filterwarnings("error")
def test_any_name_is_drawn_on_one_short_line_and_asked_for_whole(connection, tmp_path):
    connection.execute("create table bars as select unnest(?::varchar[]) as name, 1.5 as height", [[*HOSTILE.values()]])
    seen = []

    def draw_each(frame):
        for name in frame("from bars order by name")["name"]:
            [found] = frame("select name from bars where name = ?", name)["name"]
            assert found == name
            seen.append(name)
        return draw(frame)

    [path] = plotting.draw_all(connection, {"bars": draw_each}, tmp_path)
    assert path.is_file()
    assert len(set(seen)) == len(HOSTILE)
    for name in seen:
        assert name.isprintable()
        assert len(name) <= plotting.LONGEST_NAME + len(" (2)")
