"""The same outputs under another metric."""

import math

import pytest
from statsmodels.stats.contingency_tables import mcnemar

from pipeline import analyse, database, fetch, load, report, score
from pipeline.sections.swap import FIGURE_6_METRICS, FIGURE_6_TASKS
from pipeline.settings import Settings
from tests.score_tree import ROOT, document, entry, write

GRADE, BRIER = FIGURE_6_METRICS
SIZES = {"2m": 2_098_048, "16m": 16_780_288, "53m": 56_629_632, "125m": 134_228_992, "1b": 1_073_863_680}
# A grade that is flat and then jumps, and the Brier score of the same outputs, which falls all the way.
GRADES = (0.5, 0.5, 0.5, 0.5, 0.9)
BRIERS = (0.25, 0.24, 0.22, 0.19, 0.14)


@pytest.fixture
def settings(tmp_path):
    """A run on a checkout of the four tasks of Figure 6, five models of BIG-G, two metrics."""
    root, folder = tmp_path / "project", tmp_path / "checkout"
    root.mkdir()
    (root / "sql").symlink_to(ROOT / "sql")
    for task in FIGURE_6_TASKS:
        for (model, params), grade, brier in zip(SIZES.items(), GRADES, BRIERS, strict=True):
            scores = {GRADE: grade, BRIER: brier}
            entries = [
                entry(0, score_dict=scores, preferred_score=GRADE, subtask_description=task, shots=shots)
                for shots in (2, 3)
            ]
            write(folder, model, document(*entries, task=task, model=model, params=params), task)
    return Settings(root=root, source=str(folder))


def analysed(settings):
    for stage in (fetch, load, score, analyse):
        stage.run(settings)
    return settings


def rows(settings, query):
    with database.connect(settings.database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_ability_goes_with_the_metric(settings):
    analysed(settings)
    query = (
        "select reading, from_metric, to_metric, curves, emergent_under_both, emergent_under_from_only,"
        " emergent_under_to_only, mcnemar_p, left_out from metric_swap order by reading"
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
    analysed(settings)
    scores = rows(settings, "select distinct from_score, to_score from swap_curves")
    # Steps of the Brier score: 0.01, 0.02, 0.03, 0.05; range 0.11.
    assert scores == [(math.inf, pytest.approx(0.11 / math.sqrt((0.02**2 + 0.03**2) / 2)))]


def test_curves_of_other_models_are_counted_and_not_compared(settings, tmp_path):
    path = next((tmp_path / "checkout").glob("**/logical_args/results/scores_1b.json"))
    only_grade = [entry(0.9, metric=GRADE, subtask_description="logical_args", shots=shots) for shots in (2, 3)]
    path.unlink()
    write(
        tmp_path / "checkout",
        "1b",
        document(*only_grade, task="logical_args", model="1b", params=SIZES["1b"]),
        "logical_args",
    )
    analysed(settings)
    assert rows(settings, "select curves, other_models from metric_swap where reading = 'with_infinite'") == [(6, 2)]


def test_the_report_draws_figure_6(settings):
    analysed(settings)
    report.run(settings)
    folder = settings.results(is_stand_in=False)
    text = (folder / "report.md").read_text()
    assert "(figures/figure_6.png)" in text
    assert "The ability goes with the metric more often than chance would have it" in text
    assert {"figure_6.png", "swap_1.png"} <= {path.name for path in (folder / "figures").iterdir()}
    assert "swap_2.png" not in text


def test_one_metric_a_task_has_nothing_to_swap(made_up):
    report.run(made_up)
    text = (made_up.results(is_stand_in=False) / "report.md").read_text()
    assert "*Left out: these scores come under one metric a task, and a swap needs two." in text


@pytest.mark.parametrize(("first", "second", "expected"), [(0, 0, 1.0), (4, 0, 0.125), (0, 5, 0.0625), (3, 3, 1.0)])
def test_mcnemar_by_hand(first, second, expected):
    assert analyse.mcnemar_p(first, second) == pytest.approx(expected)


def test_mcnemar_does_not_look_at_the_agreeing_pairs():
    assert analyse.mcnemar_p(7, 2) == mcnemar([[90, 7], [2, 1]], exact=True).pvalue
