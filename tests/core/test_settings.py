"""Options as the user types them, and the places that follow from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.settings import LONGEST_NAME, Settings

SOURCES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)


def name_of(source: str) -> str:
    return Settings(root=Path("/project"), source=source).name


@given(SOURCES)
def test_a_name_is_a_short_plain_word_that_is_no_option(source):
    name = name_of(source)
    assert name.replace("-", "").isalnum()
    assert name.isascii()
    assert not name.startswith("-")
    assert len(name) <= LONGEST_NAME + 7
    assert name == name_of(source)


@given(SOURCES, SOURCES)
def test_two_sources_have_two_names(one, other):
    assert (name_of(one) == name_of(other)) == (one == other)


@pytest.mark.parametrize(
    "sources",
    [
        ("a.csv", "a/csv", "a-csv", "a csv", "./a.csv", "a.csv/", "A.csv"),
        ("../pythia.csv", "pythia.csv", "../../pythia.csv"),
        ("x" * 100, "x" * 101, "/" + "x" * 100),
        ("---", "...", "é", "日本", "-x"),
    ],
)
def test_names_tell_apart_what_looks_alike(sources):
    names = [name_of(source) for source in sources]
    assert len(set(names)) == len(sources)
    assert not any(name.startswith("-") for name in names)


@pytest.mark.parametrize("source", ["table", "official", "simulated", "BIG-bench"])
def test_a_plain_word_is_its_own_name(source):
    assert name_of(source) == source


def test_two_sources_share_no_file():
    one, other = Settings(root=Path("/p"), source="a.csv"), Settings(root=Path("/p"), source="a/csv")
    for place in ("database", "stamps"):
        assert getattr(one, place) != getattr(other, place)
    assert one.results() != other.results()
    assert one.results().parent == Path("/p/data/runs")
    assert Settings(root=Path("/p")).results() == Path("/p/outputs")
