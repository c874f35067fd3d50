"""What the chapter says and draws, whichever way the scenarios fall."""

import re

import pytest
from matplotlib.figure import Figure

from pipeline.core.study import Run
from pipeline.report.narrative import queries
from pipeline.studies.smooth_worlds.section import STUDY, draw
from tests.studies.smooth_worlds.conftest import ALL_OUT, ONE_OUT, check, count, stratum
from tests.studies.told import told

COUNTS = [
    count("combined", expected=81.0, share=0.81, share_low=0.6, share_high=0.9),
    count("ceiling", expected=72.0, share=0.72, share_low=0.5, share_high=0.8, unexplained_low=4.0),
    count("logistic", expected=23.0, share=0.23),
]
GROUPS = [count(one["scenario"], metric="bleu", n_test_class="200+", observed=30.0, expected=20.0) for one in COUNTS]
STRATA = [
    stratum("free answer", "1-9", "T=0", zero_steps=90.0, zero_steps_independent=70.0),
    stratum("free answer", "1-9", "T=1", zero_steps=60.0, zero_steps_independent=61.0, shared=0.0),
]
# Nothing was observed under any convention, so that there is nothing to share.
NOTHING = {"observed": 0.0, "expected": 2.5, "share": None, "share_low": None, "share_high": None}


@pytest.fixture
def chapter(build):
    def write(**tables):
        text = told(STUDY, STUDY.numbers(Run(), queries(build(**tables))))
        assert not re.search(r"\{\{|\}\}|\bNone\b|\bnan\b", text)
        return text

    return write


def test_where_no_check_is_possible_none_is_claimed(chapter):
    text = chapter(counts=COUNTS)
    assert text.startswith(
        "**With infinite scores kept, 100 of the 900 tested proportions are E-emergent. Smooth scenarios give 23 to 81;"
        " these are too few tasks to rule one out.**"
    )
    assert "What rules a scenario out" not in text


def test_one_plausible_scenario(chapter):
    checks = [check("combined"), check("ceiling", is_ruled_out=True), check("logistic", is_ruled_out=True)]
    text = chapter(counts=COUNTS, checks=checks)
    assert (
        "The one smooth scenario that matches two other features of the scores, equal neighbours and roughness, "
        "gives 81, 81.0 % as many (95 % interval 60.0 % to 90.0 %).**"
    ) in text


def test_several_plausible_scenarios(chapter):
    text = chapter(counts=COUNTS, checks=ONE_OUT)
    assert (
        "The 2 smooth scenarios that match two other features of the scores, equal neighbours and roughness, "
        "give 72 to 81, 72.0 % to 81.0 % as many (95 % interval 50.0 % to 90.0 %).**"
    ) in text
    assert "What rules a scenario out" in text


def test_no_plausible_scenario(chapter):
    text = chapter(counts=COUNTS, checks=ALL_OUT)
    assert (
        "Smooth scenarios give 23 to 81, but none of them matches the scores otherwise, so they give no base rate"
        in text
    )
    assert "What is left over may be" in re.sub(" +", " ", text)


@pytest.mark.parametrize("checks", [[], ONE_OUT, ALL_OUT])
def test_no_two_blanks_stand_in_a_row(chapter, checks):
    assert not re.search(r"[^\s|]  +\S", chapter(counts=COUNTS, checks=checks, strata=STRATA))


@pytest.mark.parametrize("checks", [[], ONE_OUT, ALL_OUT])
def test_where_nothing_was_observed_there_is_no_share(chapter, checks):
    text = chapter(counts=[count(one["scenario"], **NOTHING) for one in COUNTS], checks=checks)
    assert text.startswith("**With infinite scores kept, 0 of the 900 tested proportions are E-emergent.")
    assert "% as many" not in text
    assert "2.5 | " in text


def test_one_emergent_curve_is_one(chapter):
    text = chapter(counts=[count("combined", observed=1.0, curves=1.0)], checks=[check("combined")])
    assert text.startswith("**With infinite scores kept, 1 of the 1 tested proportion is E-emergent.")


def test_the_published_convention_is_told_where_it_was_counted(chapter):
    assert "published" not in chapter(counts=COUNTS)
    text = chapter(counts=[*COUNTS, count("combined", convention="published", observed=7.0, expected=1.5)])
    assert "Under the published convention there are 7, and the scenarios give 1.5 to 1.5." in text


def test_temperatures_are_told_where_both_are_there(chapter):
    text = chapter(counts=COUNTS, checks=ONE_OUT, strata=STRATA)
    assert (
        "there are 90 zero steps at temperature 0 in a sample of 30 curves, where independent examples give 70" in text
    )
    assert "at temperature 1 there are 60, against 61." in text
    assert "Sampling shows it" not in chapter(counts=COUNTS, checks=ONE_OUT, strata=STRATA[:1])


def test_estimates_are_told_where_there_are_some(chapter):
    text = chapter(counts=COUNTS, strata=[STRATA[0] | {"constant": 0.25, "constant_low": 0.2, "constant_high": 0.3}])
    assert "is estimated as 0.5 in 1 stratum of" in text
    at_the_end = chapter(counts=COUNTS, strata=[STRATA[0] | {"shared": 0.95}])
    assert "is estimated as 0.95 (0.95 is the most that is tried) in 1 stratum of" in at_the_end
    assert "a share of 25.0 % (20.0 % to 30.0 %) always gives the same option" in text
    assert "always gives the same option" not in chapter(counts=COUNTS, strata=STRATA)
    assert "What was estimated" not in chapter(counts=COUNTS)


def test_every_scenario_with_counts_has_a_line_and_no_other(chapter):
    text = chapter(counts=COUNTS, checks=ONE_OUT)
    lines = [line.split(" | ")[0] for line in text.splitlines() if re.match(r"\| [a-z ]+ \| .* \| *[\d.]+ \|", line)]
    assert lines == ["| logistic", "| ceiling", "| combined"]
    assert "zero steps (free answer, 10-49 test examples)" in text


def test_what_there_is_is_drawn(build):
    connection = build(counts=COUNTS + GROUPS, checks=ONE_OUT)
    figure = draw(lambda query: connection.execute(query).df())
    assert isinstance(figure, Figure)
    shares, groups = figure.axes
    labels = [label.get_text() for label in shares.get_yticklabels()]
    assert labels == ["combined", "ceiling", "logistic (ruled out)"]
    assert [label.get_text() for label in groups.get_yticklabels()] == ["bleu, 200+"]


def test_of_nothing_there_is_no_picture(build, connection):
    nothing = build(counts=[count("combined", **NOTHING)])
    assert draw(lambda query: nothing.execute(query).df()) is None
    assert draw(lambda query: build().execute(query).df()) is None
    # A database without the table.
    assert draw(lambda query: connection.execute(query).df()) is None


def test_without_tests_the_chapter_says_why():
    def no_rows(*_):
        return []

    assert STUDY.absence(Run(), no_rows).startswith("no curve of these scores can be tested")
    assert "raw scores" in STUDY.absence(Run(has_scores=False, how_to_get_scores="fetch them"), no_rows)
