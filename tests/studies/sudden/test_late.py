"""The SQL of late gains and losses, steps, and what smooth scenarios give: a few curves, counted by hand."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.study import Run
from tests.studies.made_curves import SQL
from tests.studies.sudden.conftest import calibrated, scenario_checks, scenario_gains

CHECKS = SQL / "checks/studies/sudden"
# So small that ten curves leave it below 5 %.
GAIN, LOSS = {"without_1_upper_p": 0.001}, {"without_1_lower_p": 0.002}
COLD, WARM = {"family": "BIG-G T=0", "subtask": "same"}, {"family": "BIG-G T=1", "subtask": "same"}
EMERGENT = {"emergence_score": 150.0}


def told(connection, query):
    return connection.execute(query).fetchall()


def row(connection, query):
    [only] = connection.execute(query).df().to_dict("records")
    return only


def of_side(connection, side, columns="curve_id, q"):
    return told(connection, f"select {columns} from late_tests where side = '{side}' order by curve_id")


def test_q_is_that_of_benjamini_and_hochberg_on_each_side(build):
    rng = np.random.default_rng(1)
    # With ties, and with one so large that it must not pull the others up.
    upper = [*np.round(rng.random(9) ** 3, 2), 0.01, 0.01, 1.0]
    lower = [*np.round(rng.random(9) ** 2, 2), 0.2, 0.0004, 1.0]
    connection = build(
        *({"without_1_upper_p": up, "without_1_lower_p": low} for up, low in zip(upper, lower, strict=True))
    )
    for side, p in (("upper", upper), ("lower", lower)):
        expected = multipletests(p, method="fdr_bh")[1]
        assert [q for _, q in of_side(connection, side)] == pytest.approx(list(expected))
    assert of_side(connection, "upper") != of_side(connection, "lower")


def test_a_copy_does_not_count_and_its_p_stands_beside_its_original(build):
    connection = build(COLD | {"without_1_upper_p": 0.03}, WARM | {"without_1_upper_p": 0.001}, {})
    found = of_side(connection, "upper", "curve_id, p, q, p_of_copy")
    # Of two curves, not three: q = 2 * 0.03.
    assert found == [(1, 0.03, pytest.approx(0.06), 0.001), (3, 0.5, 0.5, None)]
    assert told(connection, "select p_of_copy from late_tests where side = 'lower' and curve_id = 1") == [(0.5,)]


def test_each_side_has_its_own_curves(build):
    connection = build({"without_1_upper_p": None}, {"without_1_lower_p": None}, {})
    assert [curve for curve, _ in of_side(connection, "upper")] == [2, 3]
    assert [curve for curve, _ in of_side(connection, "lower")] == [1, 3]


def test_exploratory_and_untested_curves_are_left_out(build):
    exploratory = {"is_exploratory": True, "basis": "gaussian", "is_proportion": False, "metric": "bleu"}
    known_errors = exploratory | {"is_exploratory": False}
    connection = build(exploratory | GAIN, {"is_tested": False} | GAIN, known_errors, {})
    assert [curve for curve, _ in of_side(connection, "upper")] == [3, 4]


@pytest.mark.parametrize(
    ("higher_is_better", "is_proportion", "score"),
    [(True, True, 0.4), (False, True, 0.6), (True, False, 0.4), (False, False, -0.4)],
)
def test_the_score_is_turned_like_the_tested_ones(build, higher_is_better, is_proportion, score):
    connection = build({"higher_is_better": higher_is_better, "is_proportion": is_proportion})
    assert of_side(connection, "upper", "model, score") == [("model 4", pytest.approx(score))]


def with_q(*q):
    """p values of curves, in order, whose q are these: of so many curves the k-th has p = q k / number."""
    return [{"without_1_upper_p": value * place / len(q)} for place, value in enumerate(q, 1)]


def test_a_late_gain_has_q_below_five_per_cent(build):
    connection = build(*with_q(0.049, 0.0499, 0.05, 0.051))
    assert told(connection, "select curve_id from late_gains order by p") == [(1,), (2,)]
    assert told(connection, "from late_losses") == []


def test_other_families_are_compared_on_the_same_subtask_metric_and_shots(build):
    same = {"subtask": "same"}
    connection = build(
        same | GAIN,
        same | {"family": "PaLM", "without_1_upper_p": 0.04},
        same | {"family": "Gopher", "without_1_upper_p": 0.06},
        # The same models again, another prompt, and a forecast that could only be missed below.
        WARM | {"without_1_upper_p": 0.01},
        COLD | {"without_1_upper_p": 0.07},
        same | {"family": "T0", "shots": 1, "without_1_upper_p": 0.01},
        same | {"family": "LaMDA", "without_1_upper_p": None, "without_1_lower_p": 0.01},
        {"without_1_upper_p": 0.002},
    )
    found = "select curve_id, families_compared, families_repeating from late_gains order by p"
    # PaLM, Gopher and BIG-G T=0, of which only PaLM is below 5 %.
    assert (1, 3, 1) in told(connection, found)
    assert (8, 0, 0) in told(connection, found)


def test_a_loss_is_compared_below(build):
    same = {"subtask": "same"}
    connection = build(same | LOSS, same | {"family": "PaLM", "without_1_lower_p": 0.04} | GAIN)
    assert told(connection, "select curve_id, families_compared, families_repeating from late_losses") == [
        (1, 1, 1),
        (2, 1, 1),
    ]
    assert told(connection, "select curve_id, families_repeating from late_gains") == [(2, 0)]


# Gains of GPT in two tasks and of PaLM in one of them, a loss of PaLM, one that is no gain once corrected.
SOME = (
    {"task": "a", "subtask": "x", "scores": [0.1, 0.1, 0.2, 0.9]} | GAIN | EMERGENT,
    {"task": "a", "subtask": "x", "family": "PaLM", "without_1_upper_p": 0.002},
    {"task": "b", "without_1_upper_p": 0.0005, "emergence_score": -150.0},
    {"task": "b", "family": "PaLM"} | LOSS,
    {"task": "c", "without_1_upper_p": 0.045},
    {"task": "c", "without_1_upper_p": None} | EMERGENT,
)


def test_the_overview_by_hand(build):
    found = row(build(*SOME), "from late_overview")
    assert found == {
        "gain_possible": 5, "gains": 3, "gain_tasks": 2, "loss_possible": 6, "losses": 1, "loss_tasks": 1,
        "smallest_p": 0.0005, "gains_not_best": 0, "other_gains": 0, "other_losses": 0,
        "gains_comparable": 2, "gains_repeated": 2,
        "gains_emergent_with_infinite": 2, "gains_emergent_published": 2, "gain_family": "GPT", "gain_model": "model 4",
        "gains_of_model": 2,
    }  # fmt: skip


def test_conventions_are_told_of_gains_alone(build):
    infinite = {"emergence_score": float("inf"), "status": "fitted"}
    connection = build(GAIN | {"emergence_score": 90.0}, GAIN | EMERGENT, infinite)
    found = row(connection, "from late_overview")
    assert (found["gains_emergent_with_infinite"], found["gains_emergent_published"]) == (1, 1)


OTHER = {"basis": "gaussian", "metric": "ppl", "is_proportion": False}


def test_proportions_and_other_metrics_are_corrected_apart(build):
    clear = [OTHER | {"without_1_lower_p": 1e-6, "broken_p": 1e-6, "broken_at": 2} for _ in range(8)]
    weak = {"without_1_lower_p": 0.03, "broken_p": 0.03}
    connection = build(weak, {}, {}, *clear)
    # With the others 0.03 would be the ninth of eleven, and its q below 5 %.
    assert told(connection, "select round(q, 4) from late_tests where side = 'lower' and curve_id = 1") == [(0.09,)]
    assert told(connection, "from broken_overview") == [(0, 8)]
    found = row(connection, "from late_overview")
    assert (found["losses"], found["other_losses"], found["other_gains"]) == (8, 8, 0)


def test_by_model_before_and_after_correction(build):
    found = told(build(*SOME), "from late_by_model order by family")
    assert found == [("GPT", "model 4", 3, 3, 2, 4, 0, 0), ("PaLM", "model 4", 2, 1, 1, 2, 1, 1)]


def test_the_tasks_with_gains_and_their_other_curves(build):
    found = told(build(*SOME), "from late_gain_tasks order by task")
    assert found == [("a", 2, 2, 0.001, "GPT, PaLM", 2), ("b", 2, 1, 0.0005, "GPT", 2)]


def test_the_figure_shows_the_smallest_p_of_each_task_and_twelve_tasks(build):
    many = [{"task": f"task {number:02}", "without_1_upper_p": 1e-4 * number} for number in range(1, 14)]
    connection = build(*many, {"task": "task 01", "without_1_upper_p": 2e-4})
    found = connection.execute("from late_gain_points order by place").df()
    assert list(found["task"].unique()) == [f"task {number:02}" for number in range(1, 13)]
    assert list(found["score_at"]) == [0.1, 0.2, 0.3, 0.4] * 12
    assert found["curve_id"].nunique() == 12


def test_where_nothing_is_found_lists_are_empty_and_counts_zero(build):
    connection = build({}, {"family": "PaLM"})
    for name in ("late_gains", "late_losses", "late_gain_tasks", "late_gain_points", "broken_curves"):
        assert told(connection, f"from {name}") == [], name
    found = row(connection, "from late_overview")
    zeros = ("gains", "gain_tasks", "losses", "loss_tasks", "gains_comparable", "gains_repeated", "gains_of_model")
    assert [found[name] for name in zeros] == [0] * 7
    assert (found["gain_possible"], found["gains_emergent_published"]) == (2, 0)


def test_without_a_forecast_at_all_the_overview_is_still_one_row(build):
    found = row(build({"without_1_upper_p": None, "without_1_lower_p": None}), "from late_overview")
    assert (found["gain_possible"], found["gains"], found["gain_family"]) == (0, 0, None)


STEP = {"broken_p": 1e-5, "broken_at": 3, "broken_by": 0.25}


def test_broken_curves_by_hand(build):
    gaussian = {"basis": "gaussian", "is_proportion": False}
    connection = build(
        STEP, STEP | {"broken_p": 0.06}, COLD | STEP, WARM | STEP, STEP | gaussian | {"is_exploratory": True}
    )
    # Three curves count, the copy and the explored one do not: q of the two equal p is 3 / 2 p.
    found = "select curve_id, first_after, broken_by, p, round(q, 9) from broken_curves order by curve_id"
    assert told(connection, found) == [
        (1, "model 3", 0.25, 1e-5, 1.5e-5),
        (3, "model 3", 0.25, 1e-5, 1.5e-5),
    ]
    assert told(connection, "from broken_overview") == [(2, 0)]


def test_how_unevenly_curves_are_spread_over_tasks(build):
    tasks = [{"task": task} for task in "aaaabbcd"]
    others = [{"is_tested": False}, {"basis": "gaussian", "is_exploratory": True}]
    fit = [{"task": "a", "goodness_p": 0.01, "goodness_q": 0.04}, {"task": "a", "goodness_p": None}]
    found = row(build(*tasks, *others, *fit), "from tested_overview")
    # Ten curves, 6 + 2 + 1 + 1 by task.
    assert (found["curves"], found["proportions"], found["other_metrics"], found["exploratory"]) == (12, 10, 1, 1)
    assert (found["fit_testable"], found["fit_rejected"], found["fit_rejected_corrected"]) == (9, 1, 1)
    assert (found["tasks"], found["share_of_largest_three"]) == (4, 0.9)
    assert found["effective_tasks"] == pytest.approx(100 / 42)


def test_statuses_by_basis(build):
    connection = build({}, {}, {"status": "flat", "is_tested": False}, {"basis": "gaussian"})
    found = told(connection, "select status, is_proportion, is_tested, curves from test_statuses order by all")
    assert found == [("fitted", False, True, 1), ("fitted", True, True, 2), ("flat", True, False, 1)]


def test_the_curves_of_the_published_convention(build):
    connection = build(
        EMERGENT | STEP | GAIN, EMERGENT | {"broken_p": 0.05}, EMERGENT | {"is_tested": False}, STEP | GAIN,
        EMERGENT | {"basis": "gaussian"} | GAIN,
    )  # fmt: skip
    assert told(connection, "from published_overview") == [(4, 2, 1, 1, 1, 1)]
    assert told(connection, "select subtask from published_tested order by 1") == [("s0",), ("s1",), ("s2",), ("s4",)]


GAINS = scenario_gains(
    ("combined", "upper", "GPT", 2), ("combined", "upper", "PaLM", 3), ("combined", "lower", "GPT", 1),
    ("logistic", "upper", "GPT", 9), ("logistic", "upper", "PaLM", 0), ("logistic", "lower", "GPT", 4),
)  # fmt: skip
JUDGED = scenario_checks(combined=(False, False), logistic=(False, True))


def test_false_gains_by_hand(build):
    connection = build({}, late_gain_scenarios=GAINS, scenario_checks=JUDGED, calibration=calibrated({}))
    assert told(connection, "from false_late_gains order by scenario") == [
        ("combined", 5, 1, 3, False),
        ("logistic", 9, 4, 9, True),
    ]
    assert row(connection, "from false_range") == {
        "scenarios": 2, "plausible": 1, "least_gains": 5, "largest_gains": 9, "least_losses": 1, "largest_losses": 4,
        "plausible_least_gains": 5, "plausible_largest_gains": 5,
        "plausible_least_losses": 1, "plausible_largest_losses": 1,
    }  # fmt: skip


VERDICTS = (
    {"scenario": "combined", "rejected_share": 0.05},
    {"scenario": "shared examples", "rejected_share": 0.02, "verdict": "conservative"},
    {"scenario": "logistic", "rejected_share": 0.09, "verdict": "liberal"},
    # What is no verdict on a test at 5 %: a planted jump, a class of n_test, E.
    {"scenario": "combined", "jump": 0.5, "place": "last", "rejected_share": 0.9, "verdict": "liberal"},
    {"scenario": "combined", "n_test_class": "200+", "rejected_share": 0.8, "verdict": "liberal"},
    {"scenario": "combined", "test": "E, published", "rejected_share": 0.01, "verdict": None},
)


@pytest.mark.parametrize(
    ("ruled_out", "expected"),
    [
        ({"combined": [False], "shared_examples": [True], "logistic": [True, False]}, (0.05, 0.05, "holds")),
        ({"combined": [False], "shared_examples": [False], "logistic": [True]}, (0.02, 0.05, "conservative")),
        ({"combined": [False], "shared_examples": [False], "logistic": [False]}, (0.02, 0.09, "liberal")),
        # Where all are ruled out, or none was judged, all count.
        ({"combined": [True], "shared_examples": [True], "logistic": [True]}, (0.02, 0.09, "liberal")),
        ({}, (0.02, 0.09, "liberal")),
    ],
)
def test_a_test_is_as_good_as_in_its_worst_plausible_scenario(build, ruled_out, expected):
    checks = scenario_checks(**ruled_out)
    connection = build({}, late_gain_scenarios=GAINS, scenario_checks=checks, calibration=calibrated(*VERDICTS))
    assert told(connection, "from test_verdicts") == [("broken", *expected, 0.09, "logistic")]


def test_power_is_of_planted_jumps_in_the_combined_scenario(build):
    jump = {"jump": 0.3, "place": "last", "test": "without_1_upper", "n_test_class": "200+", "rejected_share": 0.7}
    calibration = calibrated(
        jump, jump | {"scenario": "logistic"}, jump | {"jump": 0.0}, jump | {"test": "curved"}, jump | {"test": "E, b"}
    )
    connection = build({}, late_gain_scenarios=GAINS, scenario_checks=JUDGED, calibration=calibration)
    assert told(connection, "select test, place, jump, n_test_class, curves, found from power") == [
        ("without_1_upper", "last", 0.3, "200+", 200, 0.7)
    ]


def test_calibration_says_nothing_of_other_scores_than_bigbenchs(build):
    jump = {"jump": 0.3, "place": "last"}
    connection = build(
        {}, run=Run(is_bigbench=False, is_published=False), late_gain_scenarios=GAINS, scenario_checks=JUDGED,
        calibration=calibrated({}, jump),
    )  # fmt: skip
    for name in ("test_verdicts", "false_late_gains", "power", "wrongly_excluded"):
        assert told(connection, f"from {name}") == [], name
    assert told(connection, "select scenarios, plausible, least_gains from false_range") == [(0, 0, None)]


PLANTED = [
    {"test": "jump_excluded_20", "jump": jump, "place": place, "rejected_share": share, "curves": curves}
    for jump, place, share, curves in (
        (0.1, "last", 0.6, 100),
        (0.2, "last", 0.06, 100),
        (0.2, "upper half", 0.02, 300),
        (0.3, "last", 0.0, 100),
    )
]


def test_a_jump_is_wrongly_excluded_where_it_was_planted(build):
    others = [
        {"test": "jump_excluded_30", "jump": 0.3, "place": "last", "rejected_share": 0.09, "curves": 50},
        {"test": "jump_excluded_20", "jump": 0.2, "place": "last", "rejected_share": 0.5, "n_test_class": "200+"},
        {"test": "broken", "jump": 0.2, "place": "last", "rejected_share": 0.9},
    ]
    calibration = calibrated(*PLANTED, *others)
    connection = build({}, late_gain_scenarios=GAINS, scenario_checks=JUDGED, calibration=calibration)
    found = told(connection, "select test, size, planted, round(share, 6) from wrongly_excluded order by size")
    assert found == [("jump_excluded_20", 0.2, 400, 0.03), ("jump_excluded_30", 0.3, 50, 0.09)]


SABOTAGE = {
    "jumps_are_not_wrongly_excluded": ["update wrongly_excluded set share = 0.051"],
    "late_tests_add_up": [
        "update late_tests set q = p / 2 where side = 'upper'",
        "delete from late_gains where curve_id = 1",
        "insert into late_losses from late_losses limit 1",
        "update late_tests set q = 0.06 where side = 'lower' and q < 0.05",
    ],
}


def test_every_check_has_a_case():
    assert sorted(path.stem for path in CHECKS.glob("*.sql")) == sorted(SABOTAGE)


@pytest.mark.parametrize(("check", "sabotage"), [(name, case) for name, cases in SABOTAGE.items() for case in cases])
def test_each_check_passes_on_good_data_and_catches_its_case(build, check, sabotage):
    connection = build(*SOME, late_gain_scenarios=GAINS, scenario_checks=JUDGED, calibration=calibrated(*PLANTED))
    database.run_check(connection, CHECKS / f"{check}.sql")
    connection.execute(sabotage)
    with pytest.raises(PipelineError, match=r"Next: .*\[sql/checks/studies/sudden/"):
        database.run_check(connection, CHECKS / f"{check}.sql")


@pytest.mark.parametrize("check", sorted(CHECKS.glob("*.sql")), ids=lambda check: check.stem)
def test_each_check_says_what_its_rows_would_mean_and_what_to_do(check):
    meaning, remedy = check.read_text(encoding="utf-8").splitlines()[:2]
    assert meaning.startswith("-- ")
    assert remedy.startswith("-- ")
    assert remedy.endswith(".")
