"""One change at a time: small tables counted by hand, and the unchanged row against the published convention."""

import numpy as np
import pytest

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.study import Frame, Run
from pipeline.report.narrative import queries
from pipeline.studies.choices.section import STUDY, draw
from tests.studies.made_curves import SQL, prepared, study
from tests.studies.told import told

PLAIN = {"metric": "bleu", "n_test": None, "n_test_basis": None, "emergence_score": 5.0}
EXACT = PLAIN | {"metric": "exact_str_match"}
CHECK = SQL / "checks/studies/choices/changes_agree_with_conventions.sql"


def changes(connection, *curves):
    """(curves, emergent, under the two, share, base share) by choice and level."""
    study(connection, "choices", *(PLAIN | {"subtask": f"s{number}"} | curve for number, curve in enumerate(curves)))
    found = connection.execute(
        "select choice, level, curves, emergent, emergent_two_metrics, share_two_metrics, base_share_two_metrics"
        " from one_change_at_a_time order by number"
    ).fetchall()
    return {(choice, level): tuple(numbers) for choice, level, *numbers in found}


@pytest.fixture
def db(connection):
    return prepared(connection)


SIX = (
    {"emergence_score": 150.0},
    EXACT | {"emergence_score": -200.0, "n_test": 20, "n_scales": 5},
    EXACT | {"emergence_score": 20.0, "n_test": 5, "shots": 1},
    {"emergence_score": 400.0, "is_aggregate": True, "family": "BIG-G T=0", "subtask": "copied"},
    EXACT | {"emergence_score": 400.0, "n_test": 60, "family": "BIG-G T=1"},
    {"emergence_score": float("inf"), "status": "infinite"},
)


def test_counts_by_hand(db):
    assert changes(db, *SIX) == {
        ("unchanged", "as published"): (5, 4, 2, 0.5, 0.6),
        ("convention", "signed"): (5, 3, 1, pytest.approx(1 / 3), 0.6),
        ("convention", "with_infinite"): (6, 5, 2, 0.4, 0.5),
        ("convention", "signed_with_infinite"): (6, 4, 1, 0.25, 0.5),
        ("threshold", "10"): (5, 5, 3, 0.6, 0.6),
        ("threshold", "30"): (5, 4, 2, 0.5, 0.6),
        ("threshold", "300"): (5, 2, 1, 0.5, 0.6),
        ("families", "GPT"): (3, 2, 1, 0.5, pytest.approx(2 / 3)),
        ("families", "BIG-G T=0"): (1, 1, 0, 0.0, 0.0),
        ("families", "BIG-G T=1"): (1, 1, 1, 1.0, 1.0),
        ("shots", "0"): (4, 4, 2, 0.5, 0.5),
        ("shots", "1"): (1, 0, 0, None, 1.0),
        ("aggregates", "out"): (4, 3, 2, pytest.approx(2 / 3), 0.75),
        ("minimum scales", "8"): (4, 3, 1, pytest.approx(1 / 3), 0.5),
        ("minimum n_test", "10"): (2, 2, 2, 1.0, 1.0),
        ("minimum n_test", "50"): (1, 1, 1, 1.0, 1.0),
        ("minimum n_test", "10 or unknown"): (4, 4, 2, 0.5, 0.5),
        ("minimum n_test", "50 or unknown"): (3, 3, 1, pytest.approx(1 / 3), pytest.approx(1 / 3)),
    }


def test_copies_at_temperature_1_are_left_out_only_beside_their_originals(db):
    found = changes(
        db,
        EXACT | {"family": "BIG-G T=0", "subtask": "a"},
        EXACT | {"family": "BIG-G T=1", "subtask": "a", "emergence_score": 500.0},
        EXACT | {"family": "BIG-G T=1", "subtask": "b", "emergence_score": 500.0},
    )
    assert found["families", "all, no T=1 copies"] == (2, 1, 1, 1.0, 1.0)
    assert ("families", "all, no T=1 copies") not in changes(db, EXACT, EXACT | {"family": "PaLM"})


def test_a_change_without_emergent_curves_has_no_share_and_one_without_curves_is_not_listed(db):
    found = changes(db, {}, {"n_scales": 3, "emergence_score": 2.0, "family": "PaLM"}, {"shots": 1, "status": "single"})
    assert found["families", "PaLM"] == (1, 0, 0, None, 0.0)
    assert ("shots", "1") not in found
    assert ("minimum n_test", "10") not in found


def test_a_change_that_leaves_out_no_curve_is_not_listed(db):
    found = changes(db, {"emergence_score": 150.0})
    assert {choice for choice, _ in found} == {"unchanged", "convention", "threshold"}


def test_shots_that_are_not_known_are_nobodys_choice(db):
    found = changes(db, {"shots": -1}, {"shots": 0})
    assert [level for choice, level in found if choice == "shots"] == ["0"]


def test_families_of_a_single_scale_are_no_choice_and_the_largest_stand_for_the_others(db):
    one = {"family": "T0", "n_scales": 1, "status": "single", "emergence_score": None}
    many = [{"family": f"F{number:02}"} for number in range(13) for _ in range(2 if number else 1)]
    found = changes(db, one, one, one, *many)
    assert [level for choice, level in found if choice == "families"] == [f"F{number:02}" for number in range(1, 13)]


def test_of_shots_the_six_commonest_are_listed_by_number(db):
    numbers = [0, 1, 2, 3, 5, 10, 20]
    found = changes(db, *({"shots": shots} for shots in numbers for _ in range(1 if shots == 2 else 2)))
    assert [level for choice, level in found if choice == "shots"] == ["0", "1", "3", "5", "10", "20"]


def test_a_threshold_of_ones_own_is_the_unchanged_one(connection):
    found = changes(prepared(connection, threshold=7.0), {"emergence_score": 8.0})
    assert found["unchanged", "as published"][1] == 1
    assert [level for choice, level in found if choice == "threshold"] == ["10", "30", "100", "300"]


def test_names_of_families_are_no_numbers_and_no_sql(db):
    found = changes(db, {"family": "people's 4"}, {"family": "8"}, {"family": "out"})
    assert [level for choice, level in found if choice == "families"] == ["8", "out", "people's 4"]


@pytest.mark.parametrize(
    "sabotage",
    [
        "update one_change_at_a_time set emergent = emergent + 1 where choice = 'unchanged'",
        "update one_change_at_a_time set curves = curves - 1 where level = 'with_infinite'",
        "delete from one_change_at_a_time where level = 'signed'",
    ],
)
def test_the_check_holds_the_unchanged_row_and_the_conventions_against_their_table(db, sabotage):
    changes(db, *SIX)
    database.run_check(db, CHECK)
    db.execute(sabotage)
    with pytest.raises(PipelineError, match="do not give that convention's own numbers"):
        database.run_check(db, CHECK)


def frame(connection) -> Frame:
    return lambda query: connection.execute(query).df()


def test_the_figure_shows_every_share_beside_its_base_and_marks_the_published_one(db):
    found = changes(db, *SIX)
    [axes] = draw(frame(db)).axes
    base, share = (line.get_xdata() for line in axes.lines[:2])
    assert list(base) == pytest.approx([numbers[4] for numbers in found.values()])
    shares = [np.nan if numbers[3] is None else numbers[3] for numbers in found.values()]
    assert list(share) == pytest.approx(shares, nan_ok=True)
    assert [line.get_xdata()[0] for line in axes.lines[2:]] == pytest.approx([0.5, 0.92], abs=0.01)
    labels = {label.get_text(): place for label, place in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)}
    assert len(set(labels.values())) == len(labels) == len(found) + 7
    assert labels["as published (4 of 5)"] == 0
    assert labels["convention"] == labels["signed (3 of 5)"] - 1


def test_a_familys_dollar_signs_are_no_formula(db, tmp_path):
    changes(db, EXACT | {"family": r"a$\b$"}, EXACT | {"emergence_score": 200.0})
    draw(frame(db)).savefig(tmp_path / "figure.svg")


def test_where_no_curve_is_under_one_of_the_two_there_is_nothing_to_draw(db):
    changes(db, {"emergence_score": 150.0}, {"family": "PaLM"})
    assert draw(frame(db)) is None


def test_the_chapter_is_left_out_where_nothing_is_emergent_whatever_one_changes(db):
    changes(db, {})
    assert "no change of one choice" in STUDY.absence(Run(), queries(db))
    changes(db, {"emergence_score": 11.0})
    assert STUDY.absence(Run(), queries(db)) == ""


def test_what_moves_the_answer_furthest_is_named(db):
    changes(db, *SIX)
    found = STUDY.numbers(Run(), queries(db))
    assert found["unchanged"]["emergent"] == 4
    assert found["unchanged"] not in found["changes"]
    assert (found["changes_by_emergent"][0]["choice"], found["changes_by_emergent"][0]["level"]) == ("shots", "1")
    assert found["changes_by_emergent"][-1]["emergent"] == 5
    # A share of fewer than ten emergent curves is not among those that are named.
    assert found["changes_by_share"] == []
    changes(db, *[EXACT | {"emergence_score": 500.0}] * 10, *[{"emergence_score": 50.0}] * 30)
    found = STUDY.numbers(Run(), queries(db))
    by_share = [(row["choice"], row["level"], row["share_two_metrics"]) for row in found["changes_by_share"]]
    assert by_share[0] == ("threshold", "10", 0.25)
    assert by_share[-1][2] == 1


def chapter(connection, **run):
    limits = {"lowest_threshold": 10, "highest_threshold": 150, "fewest": 1, "most": 9}
    context = Run(**run)._asdict() | {"threshold": 100.0, "range": limits}
    return told(STUDY, context | STUDY.numbers(Run(**run), queries(connection)))


def test_the_chapter_says_how_far_one_change_moves_the_answer(db):
    changes(db, *[EXACT | {"emergence_score": 500.0}] * 10, *[{"emergence_score": 50.0}] * 30)
    text = chapter(db)
    assert "As published, 10 of 40 curves are emergent" in text
    assert "from 10 (convention: signed) to 40 (threshold: 30)" in text
    assert "emergent curves runs from 25.0 % (threshold: 10; 40 emergent curves)" in text
    assert "; as published it is 100.0 %.**" in text
    assert "(figures/one_change_at_a_time.svg)" in text


def test_of_other_scores_the_chapter_says_nothing_about_the_two_metrics(db):
    changes(db, *SIX)
    text = chapter(db, is_bigbench=False, is_published=False)
    assert "As published, 4 of 5 curves are emergent" in text
    assert "two" not in text
    assert "figures/" not in text


def test_the_unchanged_row_gives_the_published_conventions_numbers(real):
    [row] = real.execute(
        "select curves, emergent, emergent_two_metrics, share_two_metrics, base_share_two_metrics"
        " from one_change_at_a_time where choice = 'unchanged'"
    ).fetchall()
    [convention] = real.execute(
        "select curves, emergent, emergent_two_metrics, share_two_metrics, base_share_two_metrics"
        " from conventions where convention = 'published' and threshold = 100"
    ).fetchall()
    assert row == convention
    assert row[:3] == (16_887, 47, 11)


def test_every_convention_and_threshold_agrees_with_the_table_of_conventions(real):
    [(compared, agree)] = real.execute(
        "select count(*), count(*) filter (where changes.curves = conventions.curves"
        " and changes.emergent = conventions.emergent"
        " and changes.emergent_two_metrics = conventions.emergent_two_metrics)"
        " from one_change_at_a_time as changes inner join conventions"
        " on conventions.convention = if(choice = 'convention', level, 'published')"
        " and conventions.threshold = if(choice = 'threshold', level::double, 100)"
        " where choice in ('unchanged', 'convention', 'threshold')"
    ).fetchall()
    assert compared == agree == 6


def test_the_real_choices(real):
    found = {
        (choice, level): tuple(counts)
        for choice, level, *counts in real.execute(
            "select choice, level, curves, emergent, emergent_two_metrics from one_change_at_a_time"
        ).fetchall()
    }
    assert len(found) == 27
    assert found["convention", "with_infinite"] == (20_440, 3_600, 3_457)
    assert found["families", "all, no T=1 copies"] == (13_426, 32, 9)
    assert found["families", "PaLM"] == (4_137, 0, 0)
    assert found["shots", "20"] == (9, 0, 0)
    assert found["aggregates", "out"] == (16_024, 36, 11)
    assert found["minimum n_test", "10"] == (4_902, 8, 8)
    assert found["minimum n_test", "50 or unknown"] == (7_922, 47, 11)
