"""Logs of examples beside harness results: whose they are, what they add, and models compared on the same examples."""

from dataclasses import replace
from functools import partial

import pytest

from pipeline import sources
from tests.fixtures import rows
from tests.load.harness_made import v04, write
from tests.samples import made_logs

TIME = made_logs.TIME
RIGHT, WRONG = made_logs.LIKELIHOODS, [[-9.0, False], *made_logs.LIKELIHOODS[1:]]


@pytest.fixture
def load(project, capsys):
    """Load what was written below `results`, and return a function from a query to its rows, and what was printed."""

    def loaded(**options):
        settings = replace(project, source="results", **options)
        sources.load(settings)
        return partial(rows, settings), capsys.readouterr().out

    return loaded


def write_model(project, size, truths, *, time=TIME, task="colours"):
    """A model's results and its log, one line per truth: whether the right choice is the likeliest."""
    folder = project.root / "results" / size
    share = sum(truths) / len(truths)
    write(folder, f"results_{time}.json", v04({task: {"acc,none": share}}, model=f"made/tiny-{size}"))
    rows = [
        made_logs.row(number, filtered_resps=RIGHT if truth else WRONG, acc=float(truth))
        for number, truth in enumerate(truths)
    ]
    made_logs.write(folder, rows, task)


def test_a_log_adds_metrics_of_the_same_outputs_that_the_results_lack(project, load):
    write_model(project, "70m", [1, 0, 1, 1])
    rows, printed = load()
    found = dict(rows("select metric, score from stg_scores"))
    # acc is multiple_choice_grade by its name in the harness, and stands there once.
    assert found["acc"] == 0.75
    assert "multiple_choice_grade" not in found
    assert {"calibration_multiple_choice_brier_score", "right_probability", "log_likelihood"} <= found.keys()
    assert "1 log of 4 outputs scored again" in printed
    query = "select standard_error, higher_is_better from tidy_rows where starts_with(metric, 'calibration')"
    ((error, higher),) = rows(query)
    assert error > 0
    assert higher is False


def test_a_log_is_of_the_results_of_its_time_and_of_no_others(project, load):
    write_model(project, "70m", [1, 0], time="2020-01-01T00-00-00")
    rows, printed = load()
    assert rows("select distinct metric from stg_scores") == [("acc",)]
    reason = "no results of its time beside it, so nobody knows whose outputs these are"
    assert rows("select left_out_because from result_files where path like '%.jsonl'") == [(reason,)]
    assert reason in printed


def test_every_value_is_accounted_for_with_logs_too(project, load):
    write_model(project, "70m", [1, 0, 1])
    rows, _ = load()
    counts = dict(rows("from row_counts"))
    assert counts.pop("in") == sum(counts.values()) == rows("select sum(values) from result_files")[0][0]


def test_a_model_is_compared_with_the_next_larger_one_on_the_same_examples(project, load):
    write_model(project, "70m", [1, 0, 0, 0, 1, 0])
    write_model(project, "1b", [1, 1, 0, 1, 1, 0])
    write_model(project, "7b", [1, 1, 1, 1, 1, 1])
    rows, _ = load()
    pairs = rows("select model, other_model, n, only_first, only_second from example_pairs order by model desc")
    assert pairs == [("made/tiny-70m", "made/tiny-1b", 6, 0, 2), ("made/tiny-1b", "made/tiny-7b", 6, 0, 2)]


def test_a_log_that_disagrees_with_what_it_logged_is_said(project, load):
    write_model(project, "70m", [1, 0, 1])
    path = next((project.root / "results").rglob("*.jsonl"))
    path.write_text(path.read_text().replace('"acc": 0.0', '"acc": 1.0'))
    _, printed = load()
    assert "1 of 3 examples have another multiple_choice_grade than the log has acc" in printed


def test_the_user_s_table_of_models_decides_who_is_compared(project, load):
    for name, truths in (("one", [1, 0]), ("two", [1, 1])):
        write_model(project, name, truths)
    (project.root / "models.csv").write_text("model,family,params\nmade/tiny-one,T,2b\nmade/tiny-two,T,1b\n")
    rows, _ = load(models="models.csv")
    assert rows("select model, other_model from example_pairs") == [("made/tiny-two", "made/tiny-one")]
