"""One verdict per curve and per task: each rule by hand, and which of two rules counts."""

import duckdb
import pandas as pd
import pytest

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import ROOT, Settings
from pipeline.studies.sudden import section as sudden
from pipeline.studies.tasks import section
from tests.studies.told import WORDS

SQL = ROOT / "sql"
# A curve of six models that rises smoothly on 100 test examples, and of which nothing can be told.
PLAIN = {"task": "t", "subtask": "t", "metric": "acc", "shots": 0, "family": "F", "is_aggregate": False, "n_scales": 6}
PLAIN |= {"n_test": 100, "emergence_score": 5.0, "emergence_status": "finite", "basis": "binomial", "status": "fitted"}
PLAIN |= {"is_tested": True, "is_exploratory": False, "broken_q": 0.9, "broken_by": 0.1, "broken_at": 4}
PLAIN |= {"largest_jump": 0.3, "jump_excluded_20": False}
PLAIN |= {"scores": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "higher_is_better": True}
PLAIN |= {
    "upper_q": 0.9,
    "lower_q": 0.9,
    "is_best": True,
    "chance": 0.0,
    "standard_errors": [None] * 6,
    "emergent": False,
}


# At the fourth of the six, by 4.3 standard errors.
JUMPING = {"broken_q": 0.01, "broken_at": 4, "scores": [0.1, 0.2, 0.2, 0.5, 0.5, 0.6]}


@pytest.fixture(scope="module")
def seeded():
    with duckdb.connect(config={"threads": 1}) as connection:
        load_seeds(connection, Settings())
        database.make_macros(connection, SQL / "macros")
        yield connection


@pytest.fixture
def build(seeded):
    """Make the study's tables of curves that differ from PLAIN as said."""

    def make(*changes, is_published=False):
        frame = pd.DataFrame([PLAIN | change for change in changes]).assign(curve_id=range(1, len(changes) + 1))
        names = ["curve_id", "task", "subtask", "metric", "shots", "family", "is_aggregate", "n_scales", "n_test"]
        emergence = frame[[*names, "emergence_score", "emergence_status"]].rename(
            columns={"emergence_status": "status"}
        )
        tests = ["basis", "status", "is_tested", "is_exploratory", "broken_q", "broken_by", "broken_at", "largest_jump"]
        tables = {
            "emergence": emergence,
            "curve_tests": frame[["curve_id", *tests, "jump_excluded_20", "chance"]].assign(
                without_1_predicted=0.5, without_1_low=0.4, without_1_high=0.6
            ),
            "testable_curves": frame[["curve_id", "scores", "higher_is_better", "standard_errors"]].assign(
                is_log_scaled=False, is_proportion=True
            ),
            "curve_points": points(frame),
            "late_tests": pd.concat(
                frame[["curve_id"]].assign(
                    side=side, q=frame[f"{side}_q"], score=0.6, predicted=0.5, is_best=frame["is_best"]
                )
                for side in ("upper", "lower")
            ),
            "families": frame[["family", "n_scales"]].drop_duplicates("family"),
            "late_gains": frame[["curve_id", "task"]].assign(families_repeating=0),
            "convention_values": pd.concat(
                frame[["curve_id"]].assign(convention=name, is_emergent=frame["emergent"])
                for name in ("published", "with_infinite")
            ),
        }
        for name, table in tables.items():
            database.make_table(seeded, name, table)
        seeded.execute(WORDS)
        seeded.execute("create or replace table options as select ?::boolean as is_published", [is_published])
        for path in database.sql_files([SQL / "studies/tasks"]):
            database.build_table(seeded, path)
        return seeded

    return make


def points(frame):
    found = frame[["curve_id", "scores"]].explode("scores").rename(columns={"scores": "score"}).reset_index(drop=True)
    found["position"] = found.groupby("curve_id").cumcount() + 1
    return found.assign(score=found["score"].astype(float), scale=10.0 ** found["position"], model="m")


def verdicts(connection):
    return [
        verdict for (verdict,) in connection.execute("select verdict from curve_verdicts order by curve_id").fetchall()
    ]


def task(connection, name="t"):
    columns = "verdict, metrics, families, other_metrics, reason, largest_jump_not_excluded, curves, curves_tested"
    (row,) = connection.execute(f"select {columns} from tasks where task = ?", [name]).fetchall()
    return dict(zip(columns.split(", "), row, strict=True))


FALLING = {"scores": [0.9, 0.5, 0.4, 0.3, 0.2, 0.1]}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "inconclusive"),
        ({"upper_q": 0.04}, "late gain"),
        ({"upper_q": 0.04, "broken_q": 0.01}, "late gain"),
        # Back to where it was before a dip.
        ({"upper_q": 0.04, "is_best": False}, "inconclusive"),
        (JUMPING, "jump"),
        (JUMPING | {"scores": [0.9, 0.8, 0.8, 0.3, 0.3, 0.3], "higher_is_better": False}, "jump"),
        # The wrong way, and at another place than that of the fitted step.
        (JUMPING | {"higher_is_better": False}, "falls"),
        (JUMPING | {"broken_at": 3}, "inconclusive"),
        (JUMPING | {"broken_q": 0.06}, "inconclusive"),
        # The largest of few test examples: within three standard errors of the two together.
        (JUMPING | {"n_test": 4, "scores": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]}, "resolution-limited"),
        (JUMPING | {"n_test": 5, "scores": [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]}, "jump"),
        (JUMPING | {"basis": "gaussian"}, "inconclusive"),
        (FALLING, "falls"),
        (FALLING | {"higher_is_better": False}, "inconclusive"),
        # Within three standard errors.
        ({"scores": [0.5, 0.5, 0.5, 0.5, 0.5, 0.4]}, "inconclusive"),
        ({"scores": [0.5] * 5 + [0.1], "basis": "gaussian", "standard_errors": [0.1] * 6}, "inconclusive"),
        ({"scores": [0.5] * 5 + [0.0], "basis": "gaussian", "standard_errors": [0.1] * 6}, "falls"),
        ({"status": "at_chance"}, "at chance"),
        ({"jump_excluded_20": True}, "smooth"),
        ({"jump_excluded_20": True, "n_test": 20}, "resolution-limited"),
        ({"n_test": 49}, "resolution-limited"),
        ({"emergence_status": "flat"}, "unchanged"),
        ({"is_tested": False, "status": "no_n"}, "not tested"),
        ({"is_exploratory": True, "basis": "gaussian", "upper_q": 0.01}, "not tested"),
    ],
)
def test_each_rule(build, change, verdict):
    assert verdicts(build(change)) == [verdict]


def test_a_task_has_the_verdict_that_stands_first_and_says_under_what(build):
    found = task(build({"metric": "acc", "upper_q": 0.01}, {"metric": "brier"}, {"metric": "f1", "is_tested": False}))
    assert (found["verdict"], found["metrics"], found["families"]) == ("late gain", "acc", "F")
    assert found["other_metrics"] == "brier: inconclusive"
    assert (found["curves"], found["curves_tested"]) == (3, 2)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        # One verdict per metric, whatever its families say.
        ([{"jump_excluded_20": True}, {"status": "at_chance", "family": "G"}], "brier: smooth"),
        ([{"jump_excluded_20": True}, {"family": "G"}], "brier: inconclusive"),
        ([{"upper_q": 0.02}], None),
    ],
)
def test_another_metric_has_one_verdict(build, others, told):
    brier = ({"metric": "brier"} | other for other in others)
    assert task(build({"metric": "acc", "upper_q": 0.01}, *brier))["other_metrics"] == told


@pytest.mark.parametrize(
    ("other", "counted"),
    [({"jump_excluded_20": True}, 1), ({}, 0), ({"status": "at_chance"}, 0), ({"upper_q": 0.01}, 0)],
)
def test_only_a_jump_that_another_metric_excludes_counts_as_the_metric_s(build, other, counted):
    connection = build({"metric": "acc", "upper_q": 0.01}, {"metric": "brier"} | other)
    query = "select sudden_under_one_metric from task_overview"
    assert connection.execute(query).fetchall() == [(counted,)]


def test_families_and_reasons_are_counted(build):
    untested = {"is_tested": False, "status": "too_few_scales", "n_scales": 3, "family": "short"}
    connection = build({}, {"task": "u"} | untested, {"task": "v"} | untested)
    assert connection.execute("from family_overview").fetchall() == [(2, 1)]
    assert connection.execute("from untested_reasons").fetchall() == [("too_few_scales", 2)]


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (0.0, "< 0.1"), (0.3, "< 0.5"), (0.7, "any")])
def test_jumps_below_the_smallest_excluded_size_are_not(value, shown):
    assert section._jump({"largest_jump_not_excluded": value}) == shown


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        ([{"jump_excluded_20": True}], "smooth"),
        ([{}], "inconclusive"),
        # Four models leave nothing to tell curvature and a jump by.
        ([{"n_scales": 4}], "smooth"),
        ([{"status": "at_chance"}], "smooth"),
        ([FALLING], "falls"),
        ([{"n_test": 10}], "smooth"),
    ],
)
def test_a_task_is_smooth_where_every_curve_is_that_could_tell(build, others, verdict):
    assert task(build({"jump_excluded_20": True}, *others))["verdict"] == verdict


def test_a_task_that_is_not_tested_says_why(build):
    found = task(build({"is_tested": False, "status": "no_n"}, {"is_tested": False, "status": "no_n"}))
    assert (found["verdict"], found["reason"]) == ("not tested", "no_n")


def test_of_reasons_with_as_many_curves_the_first_by_name_is_told(build):
    found = task(
        build(*({"is_tested": False, "status": status} for status in ("no_n", "invalid", "flat", "invalid", "flat")))
    )
    assert found["reason"] == "flat"


def test_the_largest_jump_is_that_of_the_largest_test_set_and_of_five_models(build):
    curves = [{"largest_jump": 0.1}, {"n_test": 10, "largest_jump": 0.7}, {"n_scales": 4, "largest_jump": 0.7}]
    assert task(build(*curves))["largest_jump_not_excluded"] == 0.1


def test_a_metric_without_a_best_end_is_not_judged(build):
    neutral = {"metric": "pct_stereotype", "status": "neutral", "is_tested": False}
    found = task(build(neutral | JUMPING, neutral | FALLING))
    assert (found["verdict"], found["reason"], found["curves_tested"]) == ("not tested", "neutral", 0)
    assert "neutral" in section.REASONS
    assert task(build(neutral, JUMPING))["verdict"] == "jump"


def test_of_each_task_the_largest_jump_is_named(build):
    others = [JUMPING | {"broken_by": 0.3, "family": "G", "shots": 5}, JUMPING | {"task": "u"}, {"broken_by": 0.9}]
    found = build(JUMPING, *others).execute("from task_jumps order by task").fetchall()
    assert found == [("t", "G", 5, "m", 0.3, 2), ("u", "F", 0, "m", 0.1, 1)]


def test_averages_have_no_verdict(build):
    connection = build({}, {"is_aggregate": True})
    assert len(verdicts(connection)) == 1


def test_counts_are_of_all_verdicts(build):
    connection = build({}, {"task": "u", "upper_q": 0.01}, {"task": "u"})
    counts = connection.execute(
        "select verdict, tasks, curves from verdict_counts where curves > 0 order by all"
    ).fetchall()
    assert counts == [("inconclusive", 1, 2), ("late gain", 1, 1)]
    overview = connection.execute("select tasks, late_gains, jumps, curves from task_overview").fetchall()
    assert overview == [(2, 1, 0, 3)]


def test_what_people_said_of_a_task_stands_beside_it_where_the_scores_are_the_published_ones(build):
    query = "select annotated_class from tasks"
    assert build({"task": "word_sorting"}, is_published=True).execute(query).fetchall() == [("emergent_gpt3_lamda",)]
    assert build({"task": "word_sorting"}).execute(query).fetchall() == [(None,)]


SABOTAGE = {
    "every_task_has_a_verdict": "delete from tasks",
    "curves_are_judged_once": "insert into curve_verdicts from curve_verdicts",
}


@pytest.mark.parametrize("check", sorted((SQL / "checks/studies/tasks").glob("*.sql")), ids=lambda path: path.stem)
def test_each_check_passes_on_good_data_and_catches_its_case(build, check):
    connection = build({}, {"task": "u"})
    database.run_check(connection, check)
    connection.execute(SABOTAGE[check.stem])
    with pytest.raises(PipelineError, match=check.stem):
        database.run_check(connection, check)


def test_the_panels_are_in_the_metric_s_own_units(build):
    connection = build({"higher_is_better": False}, {"task": "u"})
    rows = connection.execute("select distinct task, predicted, low, high from task_panels order by task").fetchall()
    # Of wrong answers, which are tested as right ones.
    assert rows == [("t", 0.5, 0.4, 0.6), ("u", 0.5, 0.4, 0.6)]


def test_every_reason_for_which_a_curve_is_not_tested_has_its_words():
    assert section.REASONS.keys() >= sudden.REASONS.keys()
