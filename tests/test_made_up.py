"""The whole pipeline on a made-up table whose every number was worked out by hand."""

import math

import pytest

from pipeline.core import database


@pytest.fixture
def findings(made_up_once):
    with database.connect(made_up_once.database, read_only=True) as connection:
        yield connection


def test_every_row_is_accounted_for(findings):
    counts = dict(findings.execute("from row_counts").fetchall())
    assert counts == {"in": 49, "kept": 45, "set aside: averaged": 3, "set aside: duplicate": 1}


def test_curves_and_their_scores(findings):
    found = {
        (task, shots, family): (score, status)
        for task, shots, family, score, status in findings.execute(
            "select task, shots, family, emergence_score, status from emergence"
        ).fetchall()
    }
    assert found == {
        ("codenames", 0, "GPT"): (9.0, "finite"),
        ("codenames", 1, "GPT"): (-9.0, "finite"),
        ("codenames", 2, "GPT"): (math.inf, "infinite"),
        ("codenames", 3, "GPT"): (None, "flat"),
        ("codenames", 0, "PaLM"): (2.0, "finite"),
        ("codenames", 0, "T0"): (None, "single"),
        ("codenames", 0, "BIG-G T=0"): (804.0, "finite"),
        ("codenames", 0, "BIG-G T=1"): (804.0, "finite"),
        ("analytic_entailment", 0, "GPT"): (math.inf, "infinite"),
        ("analytic_entailment", 0, "Gopher"): (None, "invalid"),
    }


def test_the_four_conventions(findings):
    rows = findings.execute(
        "select convention, curves, emergent, emergent_two_metrics, share_two_metrics from conventions"
        " where threshold = 100 order by convention"
    ).fetchall()
    assert rows == [
        ("published", 6, 2, 0, 0.0),
        ("signed", 6, 2, 0, 0.0),
        ("signed_with_infinite", 8, 4, 1, 0.25),
        ("with_infinite", 8, 4, 1, 0.25),
    ]


def test_by_metric_gives_the_values_of_the_curves_it_keeps(findings):
    [row] = findings.execute(
        "select curves, flat, infinite, left_out, minimum, median, maximum, emergent from by_metric"
        " where convention = 'signed' and metric = 'bleu'"
    ).fetchall()
    assert row == (6, 1, 1, 2, -9.0, 5.5, 804.0, 2)


def test_what_else_is_among_the_emergent(findings):
    [row] = findings.execute(
        "select emergent, aggregates, falling, copies, rising_leaves_once from emergent_kinds"
        " where convention = 'published'"
    ).fetchall()
    assert row == (2, 0, 0, 1, 1)


def test_copies_are_counted_score_by_score(findings):
    [row] = findings.execute("select score_pairs, equal_scores, identical_curves from copies").fetchall()
    assert row == (6, 6, 1)


def test_ties(findings):
    rows = findings.execute(
        "select status, curves, turn_on_ties, falling_by_first, falling_by_last from ties order by status"
    ).fetchall()
    assert rows == [("finite", 5, 0, 1, 1), ("infinite", 2, 1, 0, 1)]


def test_numbers_that_were_not_reproduced_are_said_so(findings):
    [(agrees,)] = findings.execute(
        "select agrees from reproduction where claim = 'Figure 5A: largest score under bleu'"
    ).fetchall()
    assert agrees is False


def test_tables_are_sorted_and_written_with_ten_digits(made_up_once):
    text = (made_up_once.results() / "tables" / "annotated.csv").read_text()
    assert text.splitlines() == [
        "metric,tasks,share",
        "bleu,2,0.02985074627",
        "exact_str_match,11,0.1641791045",
        "multiple_choice_grade,51,0.7611940299",
        "normalized_aggregate_score,3,0.0447761194",
    ]
