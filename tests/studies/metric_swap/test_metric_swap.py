"""The same outputs under another metric."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from pipeline import analyse, score, sources
from pipeline.core import database, plotting
from pipeline.core.mcnemar import mcnemar_p
from pipeline.core.wording import cell
from pipeline.report import stage as report
from pipeline.studies.metric_swap.compute import compute
from pipeline.studies.metric_swap.section import FIGURE_6_METRICS, FIGURE_6_TASKS, STUDY
from tests.fixtures import project_at, rows, sketch
from tests.score_tree import document, entry, write

GRADE, BRIER = FIGURE_6_METRICS
SIZES = {"2m": 2_098_048, "16m": 16_780_288, "53m": 56_629_632, "125m": 134_228_992, "1b": 1_073_863_680}
# A grade that is flat and then jumps, and the Brier score of the same outputs, which falls all the way.
GRADES = (0.5, 0.5, 0.5, 0.5, 0.9)
BRIERS = (0.25, 0.24, 0.22, 0.19, 0.14)


def checkout(folder):
    """A checkout of the four tasks of Figure 6, five models of BIG-G, two metrics."""
    for task in FIGURE_6_TASKS:
        for (model, params), grade, brier in zip(SIZES.items(), GRADES, BRIERS, strict=True):
            scores = {GRADE: grade, BRIER: brier}
            entries = [
                entry(0, score_dict=scores, preferred_score=GRADE, subtask_description=task, shots=shots)
                for shots in (2, 3)
            ]
            write(folder, model, document(*entries, task=task, model=model, params=params), task)


def analysed(root, folder):
    """Settings of a project that took the checkout up to the findings."""
    settings = replace(project_at(root), source=str(folder))
    for step in (sources.fetch, sources.load, score.run, analyse.run):
        step(settings)
    return settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("swap")
    checkout(folder / "checkout")
    return analysed(folder / "project", folder / "checkout")


def test_the_ability_goes_with_the_metric(settings):
    query = (
        "select convention, from_metric, to_metric, curves, emergent_under_both, emergent_under_from_only,"
        " emergent_under_to_only, mcnemar_p, left_out from metric_swap order by convention"
    )
    lost = (GRADE, BRIER, 8, 0, 8, 0, 2 / 2**8, 0)
    left_out = (GRADE, BRIER, 0, 0, 0, 0, 1.0, 8)
    assert rows(settings, query) == [
        ("published", *left_out),
        ("signed", *left_out),
        ("signed_with_infinite", *lost),
        ("with_infinite", *lost),
    ]


def test_lower_is_better_is_negated_first(settings):
    scores = rows(settings, "select distinct from_score, to_score from swap_curves")
    # Steps of the Brier score: 0.01, 0.02, 0.03, 0.05; range 0.11.
    assert scores == [(math.inf, pytest.approx(0.11 / math.sqrt((0.02**2 + 0.03**2) / 2)))]


def test_curves_of_other_models_are_counted_and_not_compared(tmp_path):
    folder = tmp_path / "checkout"
    checkout(folder)
    only_grade = [entry(0.9, metric=GRADE, subtask_description="logical_args", shots=shots) for shots in (2, 3)]
    content = document(*only_grade, task="logical_args", model="1b", params=SIZES["1b"])
    assert (folder / write(folder, "1b", content, "logical_args")).is_file()
    found = analysed(tmp_path / "project", folder)
    assert rows(found, "select curves, other_models from metric_swap where convention = 'with_infinite'") == [(6, 2)]


def test_the_report_draws_figure_6(settings, monkeypatch):
    sketch(monkeypatch)
    report.run(settings)
    folder = settings.results()
    text = (folder / "report.md").read_text()
    assert "(figures/figure_6.svg)" in text
    assert f"| {cell(GRADE)} | {cell(BRIER)} | 8 | 8 | 0 | 0 | fewer under the second |" in text
    assert {"figure_6.svg", "swap_1.svg"} <= {path.name for path in (folder / "figures").iterdir()}
    assert "swap_2.svg" not in text


def test_figure_6_is_rendered(settings, tmp_path):
    with database.connect(settings.database, read_only=True) as connection:
        rendered = plotting.draw_all(connection, {"figure_6": STUDY.figures["figure_6"]}, tmp_path)
    assert [path.name for path in rendered] == ["figure_6.svg"]
    assert rendered[0].stat().st_size > 10_000


def test_one_metric_a_task_has_nothing_to_swap(made_up_report):
    text = (made_up_report.results() / "report.md").read_text()
    assert "*Left out: these scores come under one metric per task, and a swap needs two." in text


@pytest.mark.parametrize(("first", "second", "expected"), [(0, 0, 1.0), (4, 0, 0.125), (0, 5, 0.0625), (3, 3, 1.0)])
def test_mcnemar_by_hand(first, second, expected):
    assert mcnemar_p(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("lost", "gained", "said"),
    [
        (0, 0, "no curve differs"),
        (5, 0, "not distinguishable from chance"),
        (6, 0, "fewer under the second"),
        (0, 6, "more under the second"),
    ],
)
def test_a_difference_has_its_words(connection, lost, gained, said):
    counts = pd.DataFrame({"emergent_under_from_only": [lost], "emergent_under_to_only": [gained]})
    database.make_table(connection, "swap_counts", counts)
    (row,) = compute(connection, None)["metric_swap"].to_dict("records")
    assert row["difference"] == said


def test_mcnemar_does_not_look_at_the_agreeing_pairs():
    assert mcnemar_p(7, 2) == mcnemar([[90, 7], [2, 1]], exact=True).pvalue
