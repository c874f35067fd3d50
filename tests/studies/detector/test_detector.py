"""What E finds of sudden gains and what else it picks: small sets of curves counted by hand."""

import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest

from pipeline.core import database
from pipeline.core.emergence import emergence_score
from pipeline.core.errors import PipelineError
from pipeline.core.study import Run
from pipeline.report.narrative import queries
from pipeline.studies.detector.section import STUDY, draw
from tests.made import title_of
from tests.studies.made_curves import SQL, add_curves, prepared
from tests.studies.told import told

CHECKS = SQL / "checks/studies/detector"
SCALES = [10**power for power in range(6, 12)]
INF = float("inf")

# A curve's scores, its test set, and whether its largest model is above its forecast (None: it could not be).
PLAIN = {"task": "t", "family": "GPT", "scores": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "scale": SCALES, "n_test": 100}
PLAIN |= {"outcome": "fitted", "late": False, "higher_is_better": True, "is_tested": True, "basis": "binomial"}
JUMP = {"scores": [0.1, 0.1, 0.1, 0.1, 0.1, 0.8]}
SLOW_JUMP = {"scores": [0.1, 0.12, 0.16, 0.2, 0.22, 0.8]}
BLIP = {"scores": [0.1, 0.1, 0.11, 0.1, 0.1, 0.1]}
# The largest step first, and no more than that.
EARLY = {"scores": [0.1, 0.5, 0.5, 0.5, 0.5, 0.5]}


def measured(curve):
    """What `emergence` says of a curve."""
    scores = np.asarray(curve["scores"], float)
    score = float(emergence_score(scores)) * (1 if curve["higher_is_better"] else -1)
    status = "finite" if math.isfinite(score) else "infinite"
    worst = scores.min() if curve["higher_is_better"] else scores.max()
    return {
        "n_scales": len(scores),
        "span": float(np.ptp(scores)),
        "ends_worst": bool(scores[-1] == worst),
        "emergence_score": score,
        "status": status,
    }


@pytest.fixture
def build(connection):
    """Make the study's tables of curves that differ from PLAIN as said."""
    prepared(connection)

    def make(*changes, calibration=None):
        curves = [PLAIN | {"subtask": f"s{number}"} | change for number, change in enumerate(changes)]
        kept = ("task", "subtask", "family", "n_test")
        add_curves(connection, *({name: curve[name] for name in kept} | measured(curve) for curve in curves))
        frame = pd.DataFrame(curves).assign(curve_id=range(1, len(curves) + 1), is_preferred=True)
        frame = frame.rename(columns={"outcome": "status"})
        tested = frame[frame["is_tested"]]
        tables = {
            "curve_tests": frame[["curve_id", "task", "n_test", "status", "is_tested", "basis"]].assign(
                chance=0.0, fitted=frame["scores"], without_1_predicted=0.1, without_1_low=0.0, without_1_high=0.2
            ),
            "testable_curves": frame[["curve_id", "scores", "scale", "higher_is_better"]],
            "late_tests": tested.loc[tested["late"].notna(), ["curve_id"]].assign(side="upper"),
            "late_gains": tested.loc[tested["late"].fillna(False).astype(bool), ["curve_id", "task", "n_test"]].assign(
                p=1e-4, families_repeating=1
            ),
            "curves": frame[["curve_id", "family", "is_preferred"]],
            "curve_points": frame[["curve_id", "scale"]].explode("scale").astype({"scale": "Int64"}).assign(score=0.5),
            "scale_names": pd.DataFrame({"scale_name": ["parameters"]}),
        }
        tables["curve_points"]["position"] = tables["curve_points"].groupby("curve_id").cumcount() + 1
        for name, table in tables.items():
            database.make_table(connection, name, table)
        connection.execute(
            "create or replace table options as"
            " select getvariable('threshold') as threshold, true as is_bigbench, true as is_published"
        )
        connection.execute("drop table if exists calibration; drop table if exists detector_planted")
        if calibration is not None:
            database.make_table(connection, "calibration", calibration)
        for path in database.sql_files([SQL / "studies/detector"]):
            if path.stem != "detector_planted" or calibration is not None:
                database.build_table(connection, path)
        for name, table in STUDY.compute(connection, Run()).items():
            database.make_table(connection, name, table)
        return connection

    return make


def one(connection, query):
    [row] = connection.execute(query).fetchall()
    return row if len(row) > 1 else row[0]


@pytest.mark.parametrize(
    ("scores", "others", "is_large"),
    [
        ([0.3, 0.3, 0.4, 0.5, 0.5, 0.7], {}, True),  # exactly 20 points and half of the range, as decimals
        ([0.3, 0.3, 0.4, 0.5, 0.51, 0.7], {}, False),  # 19 points
        ([0.2, 0.3, 0.4, 0.5, 0.5, 0.7], {}, False),  # two fifths of the range
        ([0.3, 0.3, 0.4, 0.5, 0.5, 0.7], {"n_test": 50}, True),
        ([0.3, 0.3, 0.4, 0.5, 0.5, 0.7], {"n_test": 49}, False),
        ([0.7, 0.5, 0.5, 0.4, 0.3, 0.3], {}, False),
        ([0.7, 0.7, 0.6, 0.5, 0.5, 0.3], {}, False),
        ([0.7, 0.7, 0.6, 0.5, 0.5, 0.3], {"higher_is_better": False}, True),
    ],
)
def test_which_last_step_is_a_large_late_gain(build, scores, others, is_large):
    connection = build({"scores": scores} | others)
    assert one(connection, "select is_large_gain from detected_curves") is is_large


def test_only_tested_proportions_count(build):
    connection = build({}, {"is_tested": False}, {"basis": "gaussian"}, {"family": "BIG-G T=0"})
    assert connection.execute("select curve_id from detected_curves order by 1").fetchall() == [(1,), (4,)]


def x_aware(connection):
    return [
        value for (value,) in connection.execute("select x_aware from detected_curves order by curve_id").fetchall()
    ]


def test_the_x_aware_score_is_e_where_scales_are_evenly_spaced(build):
    connection = build(
        {}, SLOW_JUMP, JUMP, BLIP, {"scores": [0.8, 0.7, 0.7, 0.7, 0.7, 0.1]}, {"scores": [9, 7, 6, 4, 3, 2]}
    )
    scores = [
        score
        for (score,) in connection.execute("select emergence_score from detected_curves order by curve_id").fetchall()
    ]
    assert x_aware(connection) == pytest.approx(scores)
    assert x_aware(connection)[2:5] == [INF, INF, -INF]


def test_the_x_aware_score_by_hand(build):
    # Slopes per doubling: 1, 1, 1, 1 and 7 / 5 of one; E sees steps of 1, 1, 1, 1 and 7.
    scores, scale = np.array([0, 1, 2, 3, 4, 11]) / 20, [1, 2, 4, 8, 16, 512]
    connection = build({"scores": list(scores), "scale": scale})
    assert one(connection, "select emergence_score from detected_curves") == pytest.approx(11)
    assert x_aware(connection) == [pytest.approx(11 / 9 * 5)]


def test_without_distinct_known_scales_there_is_no_slope(build):
    connection = build({}, {"scale": [*SCALES[:5], SCALES[4]]}, {"scale": [*SCALES[:5], None]})
    assert x_aware(connection)[1:] == [None, None]
    curves = connection.execute("select convention, curves from detector where truth = 'late gain after correction'")
    assert dict(curves.fetchall()) == {"x-aware": 1} | dict.fromkeys(
        ("published", "signed", "with_infinite", "signed_with_infinite"), 3
    )


# Of E: two large gains infinite and 83; a late one finite and small; a blip, a fall and a smooth curve.
SOME = (
    JUMP,
    {"scores": [0.1, 0.11, 0.12, 0.13, 0.14, 0.9]} | {"task": "u"},
    {"scores": [0.1, 0.15, 0.2, 0.25, 0.3, 0.5], "late": True, "task": "v"},
    BLIP,
    {"scores": [0.8, 0.1, 0.1, 0.1, 0.1, 0.1], "late": None},
    {"n_test": 20},
)


def rates(connection, truth):
    found = connection.execute(
        "select convention, curves, positives, found, sensitivity, specificity from detector where truth = ?", [truth]
    ).fetchall()
    return {convention: tuple(counts) for convention, *counts in found}


def test_rates_by_hand(build):
    connection = build(*SOME)
    assert rates(connection, "large late gain") == {
        # Positive are the first three: the third gains 20 points, half of its range of 40.
        "published": (5, 3, 0, 0.0, 1.0),
        "signed": (5, 3, 0, 0.0, 1.0),
        "with_infinite": (5, 3, 1, pytest.approx(1 / 3), 0.0),
        "signed_with_infinite": (5, 3, 1, pytest.approx(1 / 3), 0.5),
        "x-aware": (5, 3, 1, pytest.approx(1 / 3), 0.5),
    }
    assert rates(connection, "late gain after correction")["with_infinite"] == (5, 1, 0, 0.0, 0.5)
    overview = connection.execute("from detector_overview").df().iloc[0]
    assert (overview["tested"], overview["large_gains"], overview["large_gain_tasks"]) == (6, 3, 3)
    assert (overview["late_possible"], overview["late_gains"], overview["late_gain_tasks"]) == (5, 1, 1)
    assert (overview["emergent"], overview["emergent_gains"], overview["emergent_without_last_gain"]) == (3, 1, 2)


def area(values, positive):
    pairs = [
        (a, b) for (a, p), (b, q) in itertools.product(zip(values, positive, strict=True), repeat=2) if p and not q
    ]
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


def test_the_area_is_the_share_of_pairs_in_the_right_order(build):
    random = np.random.default_rng(1)
    many = [
        {"scores": list(random.integers(0, 4, 6) / 5 + [0, 0, 0, 0, 0, last])} for last in random.choice([0, 0.4], 40)
    ]
    many = [curve for curve in many if np.ptp(curve["scores"]) > 0]
    connection = build(*many)
    curves = connection.execute("from detected_curves order by curve_id").df()
    assert 3 < curves["is_large_gain"].sum() < 20
    found = dict(connection.execute("select convention, area from detector where truth = 'large late gain'").fetchall())
    signed = area(curves["emergence_score"], curves["is_large_gain"])
    assert found["signed"] == found["signed_with_infinite"] == pytest.approx(signed)
    assert found["published"] == pytest.approx(area(curves["emergence_score"].abs(), curves["is_large_gain"]))
    assert found["x-aware"] == pytest.approx(area(curves["x_aware"], curves["is_large_gain"]))


RATES = (
    "select sensitivity, specificity, area from detector where truth = 'large late gain' and convention = 'published'"
)


def test_without_a_gain_there_is_no_sensitivity_and_without_others_no_specificity(build):
    row = one(
        build({}),
        RATES,
    )
    assert row == (None, 1.0, None)
    row = one(
        build(JUMP),
        RATES,
    )
    assert row == (0.0, None, None)


def calibrated(*changes):
    """What calibration says of E: a row by scenario, jump, place and convention."""
    base = {"scenario": "combined", "jump": 0.0, "place": None, "test": "E, published", "n_test_class": "all"}
    base |= {"curves": 200, "rejected_share": 0.01, "low": 0.0, "high": 1.0, "verdict": None}
    return pd.DataFrame([base | change for change in changes]).astype({"place": "string"})


SHARES = calibrated(
    {},
    {"jump": 0.1, "place": "last", "curves": 100, "rejected_share": 0.07},
    {"jump": 0.5, "place": "last", "curves": 50, "rejected_share": 0.5},
    {"jump": 0.5, "place": "upper half", "rejected_share": 0.9},
    {"jump": 0.5, "place": "last", "scenario": "independent examples", "rejected_share": 0.9},
    {"jump": 0.5, "place": "last", "n_test_class": "200+", "rejected_share": 0.75},
    {"n_test_class": "200+", "rejected_share": 0.25},
    {"jump": 0.5, "place": "last", "test": "broken", "rejected_share": 0.9},
    {"scenario": "independent examples", "rejected_share": 0.9},
)


def test_planted_jumps_come_from_calibration(build):
    connection = build({}, calibration=SHARES)
    found = connection.execute(
        "select truth, curves, positives, found, sensitivity, specificity, area, convention from detector"
        " where starts_with(truth, 'planted') order by truth"
    ).fetchall()
    assert found == [
        ("planted jump 0.1", 300, 100, 7, 0.07, 0.99, None, "published"),
        ("planted jump 0.5", 250, 50, 25, 0.5, 0.99, None, "published"),
    ]
    text = chapter(connection)
    assert "| nothing | 1.0 % |  | 25.0 % |  |" in text
    assert "| jump 0.1 | 7.0 % |  |  |  |" in text
    assert "| jump 0.5 | 50.0 % |  | 75.0 % |  |" in text


def test_calibration_says_nothing_of_another_threshold(build, connection):
    connection.execute("set variable threshold = 50.0")
    assert "planted" not in chapter(build({}, calibration=SHARES), threshold=50.0)


# One of each kind, in their order, all with an infinite E.
KINDS = (
    JUMP | {"outcome": "at_chance"},
    JUMP | {"n_test": 20, "late": True},
    BLIP | {"outcome": "at_chance"},
    EARLY | {"outcome": "at_chance"},
    {"scores": [0.1, 0.3, 0.3, 0.3, 0.3, 0.1]},
    {"scores": [0.9, 0.3, 0.3, 0.3, 0.3, 0.4]},
    EARLY | {"family": "BIG-G T=0", "subtask": "copied"},
    EARLY | {"family": "BIG-G T=1", "subtask": "copied"},
    EARLY | {"n_test": 9},
    {},
)


def test_each_emergent_curve_counts_by_the_first_property_that_applies(build):
    connection = build(*KINDS)
    found = connection.execute("select kind, curves, with_property, under_ten from false_alarms order by number")
    assert found.fetchall() == [
        ("late gain", 2, 2, 0),
        ("spans one example at most", 1, 1, 0),
        ("at chance", 1, 3, 0),
        # The blip ends there as well.
        ("ends at its lowest score", 1, 2, 0),
        ("falls", 1, 1, 0),
        ("temperature copy", 1, 1, 0),
        ("other", 2, 2, 1),
    ]
    assert one(connection, "select sum(share) from false_alarms") == pytest.approx(1)
    assert one(connection, "select emergent from detector_overview") == 9


def test_where_nothing_is_emergent_every_kind_has_no_curve(build):
    found = build({}).execute("select distinct curves, with_property, share, under_ten from false_alarms").fetchall()
    assert found == [(0, 0, None, 0)]


def test_spacing_is_that_of_most_curves(build):
    uneven = [1, 2, 4, 32]
    connection = build({}, {"scale": uneven}, {"scale": uneven}, {"family": "short", "scale": [1, 2]})
    columns = "n_scales, curves, curves_on_grid, smallest_step_factor, median_step_factor, last_step_factor"
    assert one(connection, f"select {columns}, last_over_median from spacing") == (
        4,
        3,
        2,
        2.0,
        2.0,
        8.0,
        pytest.approx(3),
    )


def test_scales_that_are_not_known_or_shared_are_no_grid(build):
    connection = build({"scale": [1, 2, 2, 4]}, {"scale": [1, 2, None, 4]}, {"scale": [0, 2, 3, 4]})
    assert connection.execute("from spacing").fetchall() == []
    assert "Spacing" not in chapter(connection)


SABOTAGE = {
    "false_alarms_add_up": [
        "update false_alarms set curves = curves + 1 where kind = 'other'",
        "update false_alarms set with_property = curves - 1 where kind = 'at chance'",
        "update false_alarms set with_property = 99 where kind = 'falls'",
    ],
    "late_gains_are_detectable": [
        "delete from detected_curves where is_late_gain",
        "update detected_curves set is_late_possible = false where is_late_gain",
        "insert into late_gains by name select 10 as curve_id, 't' as task",
    ],
    "detector_counts_agree": [
        "update detector_observed set found = found + 1 where convention = 'with_infinite'",
        "update detector_observed set false_alarms = false_alarms + 1 where convention = 'signed'",
        "update detector_observed set curves = curves - 1 where convention = 'published'",
        "update detector_observed set area = 1.5",
    ],
}  # fmt: skip


def test_every_check_has_a_case():
    assert sorted(path.stem for path in CHECKS.glob("*.sql")) == sorted(SABOTAGE)


@pytest.mark.parametrize(("check", "sabotage"), [(name, case) for name, cases in SABOTAGE.items() for case in cases])
def test_each_check_passes_on_good_data_and_catches_its_case(build, check, sabotage):
    connection = build(*KINDS)
    database.run_check(connection, CHECKS / f"{check}.sql")
    connection.execute(sabotage)
    with pytest.raises(PipelineError, match=r"Next: .*\[sql/checks/studies/detector/"):
        database.run_check(connection, CHECKS / f"{check}.sql")


def chapter(connection, threshold=100.0):
    text = told(STUDY, {"threshold": threshold} | STUDY.numbers(Run(), queries(connection)))
    assert not re.search(r"\{\{|\}\}|\bNone\b|\bnan\b", text)
    return text


def test_the_answer_is_no_where_most_is_missed_and_most_is_no_gain(build):
    text = chapter(build(*SOME))
    assert text.startswith(
        "**No: it misses most of them, and most of what it picks is none. E over 100 finds 0 of 3 large late gains"
        " as published (0.0 %) and 1 with infinite scores kept (33.3 %). Of the curves that it picks on 50 or more"
        " examples, 0 of 0 are such gains as published, and 1 of 3 with infinite scores kept.**"
    )
    assert "3 of 5 such curves, in 3 tasks" in text
    assert "1 of 5 curves where that could be seen, in 1 task." in text


@pytest.mark.parametrize(
    ("curves", "answer"),
    [
        ([JUMP, {}], "On these scores, by and large."),
        (
            [JUMP, BLIP, EARLY],
            "Only in part: it finds at least half of them, but most of what it picks is none.",
        ),
        ([JUMP, SLOW_JUMP, SLOW_JUMP], "Only in part: it misses most of them."),
        ([SLOW_JUMP, {}], "No: it picks no curve at all."),
    ],
)
def test_the_answer_follows_the_numbers(build, curves, answer):
    assert chapter(build(*curves)).startswith(f"**{answer} E over 100 finds ")


def test_without_a_large_gain_the_chapter_claims_nothing_about_finding_one(build):
    text = chapter(build({}, BLIP))
    assert text.startswith("**These scores hold no large late gain, so they cannot show whether E would find one, only")
    assert "0 of the 1 tested curve that it calls emergent are late gains (0.0 %)" in text
    assert "| truth |" not in text
    quiet = chapter(build({}))
    assert quiet.startswith("**These scores hold no large late gain, so they cannot show whether E would find one.**")
    assert "figures/" not in quiet
    assert "What E picks instead" not in quiet


def test_of_other_scores_the_chapter_names_nothing_of_bigbench(build):
    text = chapter(build(*SOME))
    assert not re.search(r"BIG|temperature|planted|calibrat", text)


def test_the_chapter_is_left_out_where_no_proportion_was_tested(build, connection):
    assert STUDY.absence(Run(), queries(build({}))) == ""
    assert "no proportion among these scores can be tested" in STUDY.absence(
        Run(), queries(build({"basis": "gaussian"}))
    )
    connection.execute("drop table detected_curves")
    assert "no curve of these scores can be tested" in STUDY.absence(Run(), queries(connection))
    assert "needs raw scores" in STUDY.absence(Run(has_scores=False), queries(connection))


def frame(connection):
    return lambda query: connection.execute(query).df()


def test_the_figure_states_what_it_shows(build):
    kinds, found = draw(frame(build(*SOME, calibration=SHARES))).axes
    titles = [title_of(axes) for axes in (kinds, found)]
    assert titles == ["Of 3 E-emergent curves 1 are late gains", "E over 100 misses most late gains"]
    assert [text.get_text() for text in kinds.texts][-1] == "1"


def test_the_figure_has_a_panel_for_what_there_is(build):
    assert draw(frame(build({}))) is None
    [axes] = draw(frame(build({}, BLIP))).axes
    assert "E-emergent" in title_of(axes)
    [axes] = draw(frame(build({}, SLOW_JUMP))).axes
    assert title_of(axes) == "E over 100 misses most late gains"


def test_the_real_detector(real):
    found = rates(real, "large late gain")
    assert {name: row[:3] for name, row in found.items()} == {
        "published": (2961, 110, 5),
        "signed": (2961, 110, 5),
        "with_infinite": (2961, 110, 26),
        "signed_with_infinite": (2961, 110, 26),
        "x-aware": (2961, 110, 27),
    }
    assert one(real, "select tested, large_gain_tasks, emergent from detector_overview") == (9560, 19, 3396)
    properties = dict(real.execute("select kind, with_property from false_alarms").fetchall())
    assert properties["spans one example at most"] == 1517
    assert properties["ends at its lowest score"] == 754
