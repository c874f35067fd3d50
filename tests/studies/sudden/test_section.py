"""What the chapter says, whichever way the numbers fall."""

import re

import pytest
from matplotlib.figure import Figure

from pipeline.core.study import Run
from pipeline.curve_tests.table import P_VALUES
from pipeline.studies.sudden.compute import EXCLUDED
from pipeline.studies.sudden.compute import P_VALUES as SHOWN_P_VALUES
from pipeline.studies.sudden.section import POPULATIONS, REASONS, STUDY, TESTED, TESTS, draw_found, draw_gains
from tests.studies.sudden.conftest import calibrated, scenario_checks, scenario_gains

GAIN = {"without_1_upper_p": 1e-6, "without_1_upper_q": 1e-5}
LOSS = {"without_1_lower_p": 1e-6, "without_1_lower_q": 1e-5}
COLD, WARM = {"family": "BIG-G T=0", "subtask": "same"}, {"family": "BIG-G T=1", "subtask": "same"}
STEP = {"broken_p": 1e-6, "broken_q": 1e-5}
GAINS = scenario_gains(
    ("combined", "upper", "GPT", 2), ("combined", "lower", "GPT", 1),
    ("logistic", "upper", "GPT", 9), ("logistic", "lower", "GPT", 1),
)  # fmt: skip
TOOLS = {
    "calibration": calibrated(
        {"rejected_share": 0.09, "verdict": "liberal"},
        {"jump": 0.3, "place": "upper half", "n_test_class": "200+", "verdict": None},
        {"jump": 0.2, "place": "last", "test": "jump_excluded_20", "rejected_share": 0.034, "verdict": None},
    ),
    "late_gain_scenarios": GAINS,
    "scenario_checks": scenario_checks(combined=[False], logistic=[True]),
}


def test_without_a_gain_nothing_is_told_of_gains(chapter):
    text = chapter({}, {})
    assert text.startswith(
        "**In 0 curves the largest model scores above the interval that the smaller models of its family forecast, "
        "and in 0 below it, after correction over 2 forecasts that could show a gain and 2 that could show a loss.**\n"
    )
    assert "The gain" not in text
    assert "figures/late_gains.svg" not in text
    assert "no curve has an upward step that curvature does not explain" in text


def test_one_gain(chapter):
    text = chapter(GAIN | {"task": "codenames"}, {}, LOSS)
    assert text.startswith("**In 1 curve the largest model scores above")
    assert "after correction over 3 forecasts that could show a gain and 3 that could show a loss" in text
    assert "The gain is in 1 task, at GPT model 4. E calls" in text
    assert "compared with another family" not in text
    assert "figures/late_gains.svg" in text
    assert "| codenames | GPT | model 4 | 100 | 0.4 |" in text


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({"scores": [0.1, 0.2, 0.3, 0.4]}, False),
        ({"scores": [0.5, 0.2, 0.3, 0.4]}, True),
        ({"scores": [0.4, 0.3, 0.2, 0.1], "higher_is_better": False}, False),
        ({"scores": [0.05, 0.3, 0.2, 0.1], "higher_is_better": False}, True),
    ],
)
def test_what_only_comes_back_after_a_dip_is_told(chapter, change, is_told):
    text = chapter(GAIN | change)
    assert ("In 1 one of the smaller models scores better yet" in text) == is_told


def test_many_gains_are_shown_by_task_and_ten_of_them(chapter):
    same = {"subtask": "same"}
    many = [GAIN | {"task": f"task {number}"} for number in range(11)]
    text = chapter(*many, GAIN | same, GAIN | same | {"family": "PaLM"}, GAIN)
    assert text.startswith("**In 14 curves")
    assert re.search(r"The gains are in 12 tasks \(the surest: .*\); 13 of them at one model, GPT model 4\.", text)
    assert "2 of the gains can be compared with another family; in 2 that family shows the gain too (p < 5 %)." in text
    assert len(re.findall(r"^\| (?:task \d+|t) \| GPT \| model 4 \|", text, re.MULTILINE)) == 10


def test_what_e_says_of_gains(chapter):
    text = chapter(GAIN | {"emergence_score": 150.0}, GAIN, {"emergence_score": 150.0})
    assert "E calls 1 of these curves emergent with infinite scores kept, and 1 under the published convention." in text


def test_without_calibration_shares_stand_alone(chapter):
    text = chapter({}, GAIN)
    assert "smooth scenario" not in text
    assert "In smooth scenarios" not in text
    assert "figures/power.svg" not in text
    assert "| late gain | 2 | 50.0 % |" in text


def test_with_calibration_shares_stand_beside_those_of_smooth_scenarios(chapter):
    text = chapter({}, {}, **TOOLS)
    assert "The smooth scenario that the scores do not rule out gives 2 such gains and 1 such losses." in text
    line = re.findall(r"^\| broken upward \|.*", text, re.MULTILINE)[0]
    assert line.endswith("| 9.0 % | 9.0 % | liberal |")
    assert "it is called excluded in 3.4 % to 3.4 % of curves, over all test sizes.*" in text
    assert "figures/power.svg" in text


def test_a_range_of_scenarios_is_told(chapter):
    text = chapter({}, {}, **TOOLS | {"scenario_checks": scenario_checks(combined=[False], logistic=[False])})
    assert "The smooth scenarios that the scores do not rule out give 2 to 9 such gains and 1 such losses." in text


def test_where_all_scenarios_are_ruled_out_none_is_told(chapter):
    text = chapter({}, {}, **TOOLS | {"scenario_checks": scenario_checks(combined=[True], logistic=[True])})
    assert "such gains" not in text


def test_of_other_scores_no_calibration_is_told(chapter):
    text = chapter({}, {}, run=Run(is_bigbench=False, is_published=False), **TOOLS)
    assert "such gains" not in text
    assert "smooth scenarios" not in text
    assert "called excluded" not in text
    assert "figures/power.svg" not in text


def test_effects_are_told_from_three_tasks_on(chapter):
    assert "Do all tasks miss their forecast in the same direction?" not in chapter({"task": "a"}, {"task": "b"})
    spread = [{"task": task, "without_1_upper_p": p} for task, p in zip("abc", (0.999, 0.5, 1e-5), strict=True)]
    text = chapter(*spread)
    assert "**Do all tasks miss their forecast in the same direction?**" in text
    assert "| GPT | model 4 | 3 | 3 |" in text
    assert (
        "Of 1 family with proportions, the largest model lies above its forecast on average over tasks in 0 and below "
        "it in 0" in text
    )


def test_one_step_is_told_and_its_copy_is_not(chapter):
    text = chapter(COLD | STEP, WARM | STEP)
    assert "After correction, 1 curve has an upward step" in text
    assert "| BIG-G T=0 | model 2 |" in text
    assert "| BIG-G T=1 | model 2 |" not in text


def test_more_than_ten_steps_are_not_called_ten(chapter):
    text = chapter(*[STEP] * 12)
    assert text.count("| model 2 |") == 10
    assert "After correction, 10 curves have" not in text


def test_the_number_of_tested_proportions_leaves_out_copies_where_it_says_so(chapter):
    assert "Over 2 tested proportions of 1 task, temperature copies left out" not in chapter(COLD, WARM)


def test_the_corrected_late_gains_of_the_table_are_those_of_the_headline(chapter):
    # Of two curves q is 0.06; a third one, a copy, would bring that of its original to 0.045.
    p = {"without_1_upper_p": 0.03, "without_1_upper_q": 0.045}
    text = chapter(COLD | p, WARM | p, {})
    assert text.startswith("**In 0 curves")
    [line] = re.findall(r"^\| late gain \|.*", text, re.MULTILINE)
    assert line.endswith("| 0 |")


def test_published_curves_are_told_where_there_are_some(chapter):
    assert "of the published convention.**" not in chapter({})
    text = chapter(GAIN | {"emergence_score": 150.0})
    assert "**The 1 curve of the published convention.** 1 can be tested as proportions: 1 with a late gain" in text


def test_exploratory_tests_are_told_where_there_are_some(chapter):
    other = {"is_exploratory": True, "basis": "gaussian", "is_proportion": False}
    assert "exploratory" not in chapter({})
    assert "1 curve of metrics that are not proportions has no known noise; it was tested" in chapter({}, other)


def test_every_reason_has_its_words(chapter):
    told = {"aggregate", "too_few_scales", "invalid", "no_n", "no_chance_level", "not_counts", "flat", "below_chance"}
    told |= {"neutral", "too_many_examples"}
    assert set(REASONS) == told
    text = chapter({}, *({"status": status, "is_tested": False} for status in told))
    for status, words in REASONS.items():
        assert f"| {status} | proportion | {words} | **no** | 1 |" in text


def test_every_status_of_a_tested_curve_has_its_words(chapter):
    assert set(TESTED) == {"fitted", "at_chance", "separated"}
    text = chapter(*({"status": status} for status in TESTED), {"basis": "gaussian"})
    for words in TESTED.values():
        assert f"| proportion | {words} | yes | 1 |" in text
    assert "| fitted | other metric | a straight line was fitted, with normal noise | yes | 1 |" in text


def test_every_test_and_population_has_its_words(chapter):
    assert {*SHOWN_P_VALUES, *EXCLUDED} <= set(TESTS)
    assert set(P_VALUES) <= set(TESTS)
    text = chapter({"emergence_score": 150.0}, {"emergence_score": float("inf")})
    for population in ("with_infinite", "published"):
        assert f"| {POPULATIONS[population]} |" in text
    assert POPULATIONS["annotated"] not in text


@pytest.mark.parametrize(("curves", "tools", "is_drawn"), [([{}], {}, (False, False)), ([GAIN], TOOLS, (True, True))])
def test_what_there_is_is_drawn(build, curves, tools, is_drawn):
    connection = build(*curves, **tools)

    def frame(query):
        return connection.execute(query).df()

    found = tuple(isinstance(draw(frame), Figure) for draw in (draw_gains, draw_found))
    assert found == is_drawn


def test_without_tests_the_chapter_says_why():
    def no_rows(*_):
        return []

    assert STUDY.absence(Run(), no_rows).startswith("no curve of these scores can be tested")
    assert "raw scores" in STUDY.absence(Run(has_scores=False, how_to_get_scores="fetch them"), no_rows)


def test_without_the_tests_the_chapters_say_so(made_up_report):
    text = (made_up_report.results() / "report.md").read_text()
    assert text.count("*Left out: no curve of these scores can be tested. That takes four scales") == 3


def test_what_other_metrics_show_is_told_apart(chapter):
    other = {"basis": "gaussian", "metric": "ppl", "is_proportion": False}
    text = chapter({}, other | {"without_1_lower_p": 1e-6}, other | {"without_1_lower_p": 1e-6})
    assert "Of these, 2 losses are under metrics that are no proportions: their smooth model is a straight line" in text
    both = chapter({}, other | {"without_1_lower_p": 1e-6}, other | GAIN)
    assert "Of these, 1 gain and 1 loss are under metrics that are no proportions" in both
    assert "no proportions" not in chapter({}, LOSS)
