"""A tidy table of one's own: read strictly, and the same report without what only BIG-bench has."""

import csv
import re
from pathlib import Path

import duckdb
import pytest

from pipeline import analyse, score, sources
from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, Settings
from pipeline.load import tidy_table
from pipeline.report import stage as report
from tests.fixtures import rows, write_parquet

OPEN_MODELS = ROOT / "../shared/open_models/scores.csv"
COLUMNS = ("task", "subtask", "metric", "shots", "family", "model", "params", "score")
SIZES = ("1000000", "10000000", "100000000", "1000000000", "10000000000")


def row(size: str, score: object, **changes: object) -> dict[str, object]:
    """A row of the table, a model a size."""
    named = {"task": "sums", "subtask": "sums", "metric": "exact_str_match", "shots": 0, "family": "Tiny"}
    return named | {"model": f"tiny-{size}", "params": size, "score": score} | changes


def curve(scores: tuple[object, ...] = (0, 0, 0, 0, 0.5), **changes: object) -> list[dict[str, object]]:
    return [row(size, score, **changes) for size, score in zip(SIZES, scores, strict=True)]


@pytest.fixture
def run(project):
    """Write rows as scores.csv, fetch and load them, and return the settings."""

    def write_and_load(rows: list[dict[str, object]], *, keep_going: bool = False) -> Settings:
        path = project.root / "scores.csv"
        with path.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, fieldnames=list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows(rows)
        settings = Settings(root=project.root, source="scores.csv", keep_going=keep_going)
        sources.fetch(settings)
        sources.load(settings)
        return settings

    return write_and_load


def test_a_table_becomes_curves(run):
    settings = run([*curve(), *curve((0.1, 0.2, 0.3, 0.4, 0.5), metric="accuracy", n_test=200)])
    score.run(settings)
    assert rows(settings, "select metric, n_scales, n_test, n_test_basis, status from emergence order by metric") == [
        ("accuracy", 5, 200, "source", "finite"),
        ("exact_str_match", 5, None, None, "infinite"),
    ]


def test_parquet_is_read_like_csv(run, project):
    settings = run(curve())
    expected = rows(settings, "from stg_scores order by all")
    parquet = project.root / "Scores.PARQUET"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from '{project.root}/scores.csv') to '{parquet}' (format parquet)")
    settings = Settings(root=project.root, source="Scores.PARQUET")
    sources.load(settings)
    assert rows(settings, "from stg_scores order by all") == expected


def test_a_mark_and_quotes_of_spreadsheets_are_read(project):
    names = ",".join(f'"{name}"' for name in COLUMNS)
    text = f'\ufeff{names}\r\n"a, ""b""",s,accuracy,0,F,m,1e9,0.5\r\n'
    (project.root / "scores.csv").write_bytes(text.encode())
    settings = Settings(root=project.root, source="scores.csv")
    sources.load(settings)
    assert rows(settings, "select task, scale, score from stg_scores") == [('a, "b"', 10**9, 0.5)]


# What is wrong with a row, and how it is told.
UNUSABLE = [
    ({"score": "high"}, "score is no number: high"),
    ({"score": "1e400"}, "score is no number: 1e400"),
    ({"score": ""}, "score is empty"),
    ({"task": " "}, "task is empty"),
    ({"params": "large"}, "params is no number: large"),
    ({"params": "7"}, "params counts single parameters, 7000000000 or 7B: 7"),
    ({"is_proportion": "yes?"}, "is_proportion is neither 1 nor 0: yes?"),
    ({"is_proportion": "1", "score": "53.1"}, "a proportion outside 0 to 1, in per cent?: 53.1"),
    ({"chance": "25"}, "chance is no share from 0 to below 1: 25"),
    ({"shots": "few"}, "shots is no count: few"),
    ({"shots": "0.5"}, "shots is no count: 0.5"),
    ({"n_test": "0"}, "n_test is no count: 0"),
    ({"n_test": "99.6"}, "n_test is no count: 99.6"),
    ({"stderr": "-1"}, "standard_error is no size: -1"),
    # A proportion by sql/seeds, whatever the table says of it or not.
    ({"score": "53.1"}, "a proportion outside 0 to 1, in per cent?: 53.1"),
    ({"params": "7b1"}, "params is no number: 7b1"),
    ({"params": "2e15"}, "params counts single parameters, 7000000000 or 7B: 2e15"),
    ({"higher_is_better": "up"}, "higher_is_better is neither 1 nor 0: up"),
]


def test_a_row_that_cannot_be_used_stops_the_run(run):
    with pytest.raises(PipelineError, match="rows that cannot be used, by their number under the header") as caught:
        run([*curve(), row("5000000", "high")])
    assert "row_number=6, reason='score is no number: high'" in str(caught.value)
    assert "KEEP_GOING=1" in str(caught.value)


def test_rows_that_cannot_be_used_are_set_aside_where_the_user_chose_so(run):
    settings = run([*curve(), *(row("5000000", 0.1) | changes for changes, _ in UNUSABLE)], keep_going=True)
    assert dict(rows(settings, "from row_counts")) == {
        "in": 5 + len(UNUSABLE),
        "kept": 5,
        "set aside: unusable": len(UNUSABLE),
    }
    found = rows(settings, "select row_number, reason from unusable_rows order by row_number")
    assert found == [(place, reason) for place, (_, reason) in enumerate(UNUSABLE, 6)]


def test_nan_is_kept_and_said(run, capsys):
    settings = run(curve((0, "-inf", "nan", 0, 1)))
    score.run(settings)
    assert rows(settings, "select status from emergence") == [("invalid",)]
    line = "load     NOT FINITE: 2 scores are NaN or infinite (exact_str_match); no curve with one has an E\n"
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (COLUMNS[:-1], "lacks the columns score"),
        ((*COLUMNS, "task"), "two columns named 'task'"),
        ((), "lacks the columns task, metric"),
        (("name", "value"), r"it has name, value\. "),
    ],
)
def test_a_header_that_lacks_or_repeats_columns(project, header, message):
    (project.root / "scores.csv").write_text(",".join(header) + "\n")
    with pytest.raises(PipelineError, match=f"scores.csv: .*{message}.*Next: "):
        sources.load(Settings(root=project.root, source="scores.csv"))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_header_without_rows_is_one_clear_line(project, ending):
    header = project.root / "scores.csv"
    header.write_text(",".join(COLUMNS) + "\n")
    if ending == "parquet":
        write_parquet(f"from read_csv('{header}', header = true)", project.root / "scores.parquet")
    message = f"scores.{ending}: holds a header and no row. Next: write one row per score below the header."
    with pytest.raises(PipelineError, match=f"^{re.escape(message)}$"):
        sources.load(Settings(root=project.root, source=f"scores.{ending}"))


def test_rows_of_which_none_can_be_used_are_one_clear_line(run):
    given = [row(size, "high") for size in SIZES]
    with pytest.raises(PipelineError, match="and 2 more"):
        run(given)
    with pytest.raises(
        PipelineError, match="^scores.csv: no row of it can be used, .* Next: run without KEEP_GOING .*$"
    ):
        run(given, keep_going=True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (",".join(COLUMNS).encode() + b"\na,a,accuracy,0,F,m,1e9\n", "Line: 2: Expected Number of Columns: 8 Found: 7"),
        (",".join(COLUMNS).encode() + b"\n\xff,a,accuracy,0,F,m,1e9,1\n", "can't decode byte 0xff"),
        (",".join(COLUMNS).encode() + b'\n"a,a,accuracy,0,F,m,1e9,1\n', "Line: 2: Value with unterminated quote"),
    ],
    ids=["a cell too few", "not UTF-8", "an open quote"],
)
def test_a_file_that_is_no_clean_csv_is_refused(project, content, reason):
    (project.root / "scores.csv").write_bytes(content)
    message = f"scores.csv: cannot be read .*{reason}.*Next: save it as comma-separated UTF-8"
    with pytest.raises(PipelineError, match=message):
        sources.load(Settings(root=project.root, source="scores.csv"))


def test_a_file_that_is_no_parquet_is_refused(project):
    (project.root / "scores.parquet").write_text("task")
    with pytest.raises(PipelineError, match="scores.parquet: cannot be read"):
        sources.load(Settings(root=project.root, source="scores.parquet"))


def test_a_file_that_is_not_there(project):
    with pytest.raises(PipelineError, match="there is no such file .*Next: check the path"):
        sources.fetch(Settings(root=project.root, source="scroes.csv"))


def test_a_metric_that_nobody_knows_needs_a_direction(run):
    with pytest.raises(PipelineError, match="metric='my_metric'. Next: add a column higher_is_better"):
        run(curve(metric="my_metric"))
    settings = run(curve((5, 4, 3, 2, 1), metric="my_metric", higher_is_better=0))
    score.run(settings)
    # It falls, which is for the better.
    assert rows(settings, "select emergence_score, lowest from emergence") == [(4.0, 1.0)]


@pytest.mark.parametrize("last", [0, 1])
def test_directions_must_agree(run, last):
    given = [*curve(higher_is_better=0)[:4], *curve(higher_is_better=last)[4:]]
    with pytest.raises(PipelineError, match="exact_str_match.*in_metrics_csv='higher_is_better'"):
        run(given)


def test_a_model_at_two_sizes_is_an_error(run):
    with pytest.raises(PipelineError, match="models of several sizes under one name.*tiny-1000000"):
        run([*curve(), row("1000000", 0.5, params="2000000", metric="accuracy")])


@pytest.mark.usefixtures("sketched")
def test_two_models_of_one_size_are_a_tie_that_is_reported(run):
    settings = run([*curve(), row("10000000", 0.25, model="another")])
    score.run(settings)
    analyse.run(settings)
    assert rows(settings, "from scale_ties") == [("Tiny", 10_000_000, "another, tiny-10000000", 1)]
    report.run(settings)
    text = (settings.results() / "methods.md").read_text()
    assert "| Tiny | 10,000,000 | another, tiny-10000000 | 1 |" in text


def test_the_same_key_twice_is_kept_once_if_equal_and_else_an_error(run):
    settings = run([*curve(), curve()[0]])
    assert dict(rows(settings, "from row_counts")) == {"in": 6, "kept": 5, "set aside: duplicate": 1}
    with pytest.raises(PipelineError, match="more than one score"):
        run([*curve(), row(SIZES[0], 0.125)])


def test_n_test_is_not_known_where_models_differ_and_may_depend_on_shots(run):
    given = [
        *curve(n_test=100),
        *curve(shots=5, n_test=50),
        *(changed | {"n_test": number} for number, changed in enumerate(curve(shots=1), start=10)),
    ]
    settings = run(given)
    score.run(settings)
    assert rows(settings, "select shots, n_test from emergence order by shots") == [(0, 100), (1, None), (5, 50)]


@pytest.mark.parametrize(("known", "expected"), [((100, "", 100, "", ""), 100), (("", "", 9, 8, ""), None)])
def test_a_missing_n_test_is_that_of_the_curve_where_the_others_agree(run, known, expected):
    settings = run([changed | {"n_test": n} for changed, n in zip(curve(), known, strict=True)])
    score.run(settings)
    assert rows(settings, "select n_test from emergence") == [(expected,)]


def test_columns_that_nobody_reads_are_named(run, capsys):
    run([changed | {"note": "x"} for changed in curve()])
    assert "columns that are not read: note" in capsys.readouterr().out


# What people's tables look like

GROWN = "task,metric,family,model,params,score\nsums,acc,Tiny,a,70M,0.25\nsums,acc,Tiny,b,1.4B,0.5\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scores.csv", GROWN),
        ("scores.tsv", GROWN.replace(",", "\t")),
        ("scores.TSV", GROWN.replace(",", "\t").replace("\n", "\r\n")),
        ("scores.csv", GROWN.replace(",", ";")),
        ("scores.csv", GROWN.replace("task,metric,family", "Task, METRIC ,Family", 1)),
        ("scores.csv", GROWN.replace("70M", "70m").replace("1.4B", "1.4 b")),
        ("scores.csv", GROWN.replace("\n", ",,,\n").replace("score,,,", "score,Note,note,")),
        ("scores.csv", GROWN.replace("\n", ",,\n")),
        ("scores.csv", "\ufeff" + GROWN),
    ],
)
def test_tables_as_people_and_spreadsheets_write_them(project, connection, name, text):
    (project.root / name).write_bytes(text.encode())
    tidy_table.open_cells(connection, project.root / name, name)
    columns = "task, metric, family, model, upper(replace(scale, ' ', '')), scale_name, score, subtask, shots"
    assert connection.execute(f"select {columns} from tidy_cells").fetchall() == [
        ("sums", "acc", "Tiny", "a", "70M", "params", "0.25", None, None),
        ("sums", "acc", "Tiny", "b", "1.4B", "params", "0.5", None, None),
    ]


def test_sizes_are_read_as_people_write_them_and_what_may_be_left_out_is_filled(project):
    (project.root / "scores.csv").write_text(GROWN.replace("1.4B", "1.4 b"))
    settings = Settings(root=project.root, source="scores.csv")
    sources.load(settings)
    assert rows(settings, "select task, subtask, metric, shots, model, scale, scale_name, score from stg_scores") == [
        ("sums", "sums", "acc", -1, "a", 70e6, "parameters", 0.25),
        ("sums", "sums", "acc", -1, "b", 1.4e9, "parameters", 0.5),
    ]


def test_numbers_that_pandas_wrote_beside_empty_cells_are_counts_and_flags(run):
    settings = run(curve(shots="5.0", n_test="200.0", higher_is_better="1.0", is_proportion="1.0", chance="0.25"))
    score.run(settings)
    columns = "shots, n_test, is_proportion, higher_is_better, chance"
    assert rows(settings, f"select {columns} from testable_curves") == [(5, 200, True, True, 0.25)]


def scaled(*names, scales=("2e15", "4e18", "1e21", "3e22", "5e23")):
    """A curve over a scale of another kind; a name of it for each row, or one for all."""
    named = names * 5 if len(names) == 1 else names
    found = [
        changed | {"scale": scale, "scale_name": name}
        for changed, scale, name in zip(curve(), scales, named, strict=True)
    ]
    return [{name: cell for name, cell in row.items() if name != "params"} for row in found]


@pytest.mark.parametrize("name", ["FLOPs", "tokens", "1 / loss"])
def test_another_scale_has_a_name_and_no_bounds(run, name):
    settings = run(scaled(name))
    assert rows(settings, "select scale, scale_name from stg_scores order by scale")[-1] == (5e23, name)


def test_a_scale_without_a_name_is_called_scale(run):
    assert rows(run(scaled("")), "select distinct scale_name from stg_scores") == [("scale",)]


def test_parameters_by_either_name_are_the_same(run):
    with pytest.raises(PipelineError, match="params counts single parameters"):
        run(scaled("Parameters"))


def test_params_and_scale_together_are_an_error(run):
    with pytest.raises(PipelineError, match="has both params and scale. Next: "):
        run([changed | {"scale": 1} for changed in curve()])


def test_one_table_has_one_scale(run):
    with pytest.raises(
        PipelineError, match="models ordered by one thing in some rows .*scale_name='FLOPs', row_count=2"
    ):
        run(scaled("FLOPs", "FLOPs", "tokens", "tokens", "tokens"))


def test_a_proportion_and_its_chance_are_what_the_table_says(run, capsys):
    given = [
        *curve((0.2, 0.3, 0.4, 0.5, 0.6), metric="mine", higher_is_better=1, is_proportion=1, chance=0.2, n_test=10),
        *curve((0.2, 0.3, 0.4, 0.5, 0.6), metric="acc", n_test=10),
        *curve((20, 30, 40, 50, 60), metric="accuracy", is_proportion=0),
        *curve((0.2, 0.3, 0.4, 0.5, 0.6), metric="acc", task="arc_easy"),
        *curve((0.2, 0.3, 0.4, 0.5, 0.6), metric="acc", task="hindu_knowledge", subtask="hindu_knowledge"),
        *(changed | {"chance": place / 10} for place, changed in enumerate(curve(task="odd"))),
    ]
    settings = run(given)
    score.run(settings)
    columns = "task, metric, is_proportion, chance"
    assert rows(settings, f"select {columns} from testable_curves order by all") == [
        ("arc_easy", "acc", True, 0.25),
        ("hindu_knowledge", "acc", True, 0.249524),
        ("odd", "exact_str_match", True, None),
        ("sums", "acc", True, None),
        ("sums", "accuracy", False, None),
        ("sums", "mine", True, 0.2),
    ]
    said = capsys.readouterr().out
    assert "score    chance level not known, so that proportions of these tasks are not tested" in said
    assert "the columns task and chance): odd; sums\n" in said


def test_a_curve_ends_worst_where_its_largest_model_is_the_worst(run):
    scores = {"falls": (0.2, 0.4, 0.1), "dips": (0.2, 0.1, 0.4)}
    metrics = {"better": {"higher_is_better": 1}, "loss": {"higher_is_better": 0}}
    given = [
        row(size, value, task=task, metric=metric, **direction)
        for task, values in scores.items()
        for metric, direction in metrics.items()
        for size, value in zip(SIZES, values, strict=False)
    ]
    settings = run(given)
    score.run(settings)
    assert rows(settings, "select task, metric, ends_worst from emergence_all order by all") == [
        ("dips", "better", False),
        ("dips", "loss", True),
        ("falls", "better", True),
        ("falls", "loss", False),
    ]


def test_standard_errors_are_kept(run):
    settings = run(curve((5, 4, 3, 2, 1), metric="ppl", stderr=0.5))
    score.run(settings)
    assert rows(settings, "select standard_errors, is_log_scaled from testable_curves") == [([0.5] * 5, True)]


@pytest.mark.parametrize(("seed", "key"), [("common_metrics", "metric"), ("common_tasks", "pattern")])
def test_what_is_known_of_metrics_and_tasks_is_known_once(seed, key):
    with (ROOT / "sql/seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        keys = [row[key] for row in csv.DictReader(lines)]
    assert len(keys) == len(set(keys)) > 30


CHECKS = sorted((ROOT / "sql/checks/sources/tidy").rglob("*.sql"))
SABOTAGE = {
    "directions_agree": "update tidy_rows set higher_is_better = false where row_id = 1",
    "metrics_have_directions": "update known_metrics set higher_is_better = null",
    "one_scale_name": "update tidy_rows set scale_name = 'tokens' where row_id = 1",
    "unusable_rows": "insert into unusable_rows (row_number, reason) values (1, 'score is empty')",
}


def test_every_check_has_a_case():
    assert sorted(check.stem for check in CHECKS) == sorted(SABOTAGE)


def test_a_check_passes_on_good_data_and_catches_its_case(run):
    with database.connect(run(curve()).database) as connection:
        for check in CHECKS:
            connection.begin()
            database.run_check(connection, check)
            connection.execute(SABOTAGE[check.stem])
            with pytest.raises(PipelineError, match=rf"\. Next: .*\[{check.relative_to(ROOT)}\]"):
                database.run_check(connection, check)
            connection.rollback()


def test_what_is_known_of_bigbench_tasks_is_not_taken_for_known(run):
    settings = run(curve(task="arithmetic", subtask="arithmetic"))
    score.run(settings)
    assert rows(settings, "select is_aggregate, chance from curves") == [(False, None)]


@pytest.mark.usefixtures("sketched")
def test_a_tiny_table_goes_through_every_stage_and_check(run):
    settings = run(curve())
    for stage in (score.run, analyse.run, report.run, analyse.check):
        stage(settings)
    text = (settings.results() / "report.md").read_text()
    assert not re.search(r"\{\{|\}\}|\bNone\b(?!\.)|\bnan\b|BIG-G", text)


@pytest.mark.skipif(not OPEN_MODELS.is_file(), reason="the scores of open models are not in ../shared/open_models")
@pytest.mark.usefixtures("sketched")
def test_the_open_models(project):
    settings = Settings(root=project.root, source=str(Path(OPEN_MODELS).resolve()))
    for stage in (sources.fetch, sources.load, score.run, analyse.run, report.run, analyse.check):
        stage(settings)
    folder = settings.results()
    text = (folder / "report.md").read_text()
    assert not re.search(r"\{\{|\}\}|\bNone\b|\bnan\b", text)
    assert "Figure 5" not in text
    assert "Reproduc" not in text
    assert "stablelm-base-alpha-7b, stabilityai/stablelm-base-alpha-7b-v2" in (folder / "methods.md").read_text()
    assert rows(
        settings, "select from_metric, to_metric, curves from metric_swap where convention = 'with_infinite'"
    ) == [
        ("accuracy", "brier", 154),
        ("exact_str_match", "bleu", 17),
    ]
    assert {path.name for path in (folder / "figures").iterdir()} >= {"swap_1.svg", "swap_2.svg"}
