"""Score files: each is read strictly or rejected with its reason, and every file and every score is accounted for."""

import io
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import analyse, score, sources, stages
from pipeline.core import database
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.study import Study
from pipeline.load import score_files
from pipeline.studies.contents import STUDIES
from tests import score_tree
from tests.fixtures import MIRRORED, copy_made_by_tools, made_by_tools, rows
from tests.score_tree import METRIC, ROOT, TASK, document, entry, path_of, write

SIZES = list(score_tree.PARAMS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty checkout."""
    return tmp_path / "checkout"


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    """A run on that checkout that writes below the test's own folder."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "sql").symlink_to(ROOT / "sql")
    return Settings(root=root, source=str(folder))


def reject(folder: Path, content: object) -> str:
    """The reason why a file with this content cannot be used."""
    (rejected,) = score_files.write_lines(folder, [write(folder, "2m", content)], io.BytesIO())
    assert rejected.path == path_of("2m")
    return rejected.reason


def line_of(content: object, path: str = path_of("2m")) -> dict[str, Any]:
    return score_files.flatten(path, content)


# Files one by one


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (json.dumps(document()).encode()[:-20], "not JSON: unexpected end"),
        (json.dumps(document()).encode() * 2, "unexpected content after document"),
        (json.dumps(document()).encode("utf-16"), "not UTF-8 (byte 0)"),
        (json.dumps(document()).encode("utf-8-sig"), "begins with a byte order mark"),
        (json.dumps(document()).replace(METRIC, "\xff", 1).encode("latin-1"), "not UTF-8"),
        (json.dumps(document()).replace('"task":', '"task": {}, "task":').encode(), "the key 'task' stands twice"),
        (json.dumps(document()).replace("0.25", "NaN, 1").encode(), "not JSON"),
        (json.dumps(document()).replace("0.25", "1e400").encode(), "number is infinity when parsed as double"),
        (json.dumps(document()).replace("{}", "[" * 2000 + "]" * 2000).encode(), "depth limit"),
        (json.dumps(document()).replace("{}", "[" * 300 + "]" * 300).encode(), "nested too deeply"),
    ],
)
def test_a_file_that_is_no_strict_json_is_rejected(folder: Path, content: bytes, reason: str) -> None:
    assert reason in reject(folder, content)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    content = document(entry(0.25), entry(0.5, shots=1))
    change(content)
    return content


def put(*place: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    """Set what stands at a place of a document."""

    def change(content: Any) -> None:
        for key in place[:-1]:
            content = content[key]
        content[place[-1]] = value

    return change


def drop(*place: str | int) -> Callable[[dict[str, Any]], None]:
    def change(content: Any) -> None:
        for key in place[:-1]:
            content = content[key]
        del content[place[-1]]

    return change


SCHEMA = {
    "no task": (drop("task"), "has no key task"),
    "task is text": (put("task", value=TASK), 'task is "auto_debugging", not an object'),
    "no task name": (drop("task", "task_name"), "has no key task.task_name"),
    "task name is null": (put("task", "task_name", value=None), "task.task_name is null, not text"),
    "another task": (put("task", "task_name", value="anachronisms"), "'anachronisms'"),
    "no model": (drop("model"), "has no key model"),
    "no family": (drop("model", "model_family"), "has no key model.model_family"),
    "family is empty": (put("model", "model_family", value=""), "model.model_family is empty"),
    "name is a number": (put("model", "model_name", value=2), "model.model_name is 2, not text"),
    "no effective parameters": (
        drop("model", "flop_matched_non_embedding_params"),
        "has no key model.flop_matched_non_embedding_params",
    ),
    "parameters are text": (put("model", "non_embedding_params", value="2m"), 'is "2m", not a number'),
    "parameters are true": (put("model", "flop_matched_non_embedding_params", value=True), "is true, not a number"),
    "parameters are negative": (put("model", "flop_matched_non_embedding_params", value=-1), "is -1, not a count"),
    "half a parameter": (put("model", "flop_matched_non_embedding_params", value=1.5), "is 1.5, not a count"),
    "infinite parameters": (put("model", "non_embedding_params", value=math.inf), None),
    "infinite effective parameters": (
        put("model", "flop_matched_non_embedding_params", value=math.inf),
        "is Infinity, not a count",
    ),
    "parameters beyond 64 bits": (put("model", "flop_matched_non_embedding_params", value=2**70), "not a count"),
    "no scores": (drop("scores"), "has no key scores"),
    "scores is an object": (put("scores", value={}), "scores is {}, not an array"),
    "scores is empty": (put("scores", value=[]), "holds no scores"),
    "an entry is a list": (put("scores", 1, value=[]), "scores[1] is [], not an object"),
    "no score_dict": (drop("scores", 1, "score_dict"), "has no key scores[1].score_dict"),
    "score_dict is a list": (put("scores", 1, "score_dict", value=[1]), "scores[1].score_dict is [1], not an object"),
    "score_dict is empty": (put("scores", 0, "score_dict", value={}), "which its score_dict does not hold"),
    "a score is true": (
        put("scores", 1, "score_dict", METRIC, value=True),
        f"score_dict.{METRIC} is true, not a number",
    ),
    "a score is text": (put("scores", 1, "score_dict", METRIC, value="nan"), 'is "nan", not a number'),
    "a score is null": (put("scores", 1, "score_dict", METRIC, value=None), "is null, not a number"),
    "another score is a list": (
        put("scores", 1, "score_dict", "bleu", value=[1]),
        "score_dict.bleu is [1], not a number",
    ),
    "no preferred score": (drop("scores", 0, "preferred_score"), "has no key scores[0].preferred_score"),
    "preferred score is null": (put("scores", 0, "preferred_score", value=None), "is null, not text"),
    "preferred score is not there": (
        put("scores", 1, "preferred_score", value="bleu"),
        "scores[1].preferred_score is 'bleu'",
    ),
    "no shots": (drop("scores", 1, "number_of_shots"), "has no key scores[1].number_of_shots"),
    "shots are true": (put("scores", 1, "number_of_shots", value=True), "is true, not a whole number"),
    "shots are 1.0": (put("scores", 1, "number_of_shots", value=1.0), "is 1.0, not a whole number"),
    "shots are text": (put("scores", 1, "number_of_shots", value="1"), 'is "1", not a whole number'),
    "shots are -2": (put("scores", 1, "number_of_shots", value=-2), "scores[1].number_of_shots is -2"),
    "shots are many": (put("scores", 1, "number_of_shots", value=2**40), "not a number of shots"),
    "no low score": (drop("scores", 0, "low_score"), "has no key scores[0].low_score"),
    "high score is null": (put("scores", 0, "high_score", value=None), "scores[0].high_score is null, not a number"),
    "high score is false": (put("scores", 0, "high_score", value=False), "is false, not a number"),
    "subtask is a number": (put("scores", 0, "subtask_description", value=1), "is 1, not text"),
}


@pytest.mark.parametrize(("change", "reason"), SCHEMA.values(), ids=SCHEMA.keys())
def test_a_document_of_another_schema_is_rejected(
    folder: Path, change: Callable[[dict[str, Any]], None], reason: str | None
) -> None:
    if reason is None:
        assert line_of(changed(change))["params_basis"] == "flop_matched"
    else:
        assert reason in reject(folder, changed(change))


@pytest.mark.parametrize("content", [[], "text", 1, None, True])
def test_a_document_that_is_no_object_is_rejected(folder: Path, content: object) -> None:
    assert reject(folder, content).startswith("the document is ")


def test_the_task_inside_and_that_of_the_folder_are_both_named(folder: Path) -> None:
    reason = reject(folder, document(task="anachronisms"))
    assert reason == f"is of task 'anachronisms' by its task_name, but lies in the folder of task '{TASK}'"


def test_a_file_or_a_line_that_is_too_large_is_rejected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_files, "MAX_BYTES", 700)
    assert "has 760 bytes, more than the 700" in reject(folder, json.dumps(document()).encode().ljust(760))
    monkeypatch.setattr(score_files, "MAX_BYTES", 300)
    bare = document(*[{**entry(1e15), "subtask_description": None}] * 2)
    with pytest.raises(score_files.UnusableError, match="bytes of scores, more than the 300"):
        score_files._line(path_of("2m"), json.dumps(bare).encode())


def test_what_is_no_readable_file_is_rejected(folder: Path) -> None:
    (folder / path_of("folder")).mkdir(parents=True)
    found = score_files.write_lines(folder, [path_of("folder"), path_of("gone")], io.BytesIO())
    assert [file.reason for file in found] == [
        "cannot be read (Is a directory)",
        "cannot be read (No such file or directory)",
    ]


def test_bytes_other_than_those_fetched_are_rejected(folder: Path) -> None:
    path = write(folder, "2m", b"{}")
    (rejected,) = score_files.write_lines(folder, [path], io.BytesIO(), {path: "0" * 40})
    # The hash that `git hash-object` gives for a file that holds {}.
    assert "git hash 9e26dfeeb6e641a33dae4961196235bdb965b21b, expected 000" in rejected.reason


def test_extra_keys_are_ignored_and_whole_scores_are_scores() -> None:
    content = document(entry(1, comment={"a": []}))
    content |= {"version": 2}
    content["task"] |= {"keywords": ["json"], "description": None}
    content["model"] |= {"decoding_params": {"temperature": 0.0}}
    line = line_of(content)
    assert line["scores"] == [[1]]
    assert set(line) == set(score_files.LINE_COLUMNS)


@pytest.mark.parametrize("value", [None, "", "missing"])
def test_without_a_subtask_the_task_stands_for_it(value: str | None) -> None:
    content = document()
    content["scores"][0]["subtask_description"] = value
    if value == "missing":
        del content["scores"][0]["subtask_description"]
    assert line_of(content)["subtasks"] == [TASK]


def test_the_name_of_a_file_gives_nothing() -> None:
    line = line_of(document(family="GPT", model="GPT-3 XL"), path_of("BIG-G_2m_T=0"))
    assert (line["family"], line["model"]) == ("GPT", "GPT-3 XL")


@pytest.mark.parametrize(
    ("effective", "other", "found"),
    [
        (10, 20, (10, "flop_matched")),
        (None, 20, (20, "non_embedding")),
        (0, 20.0, (20, "non_embedding")),
        (None, None, (None, None)),
        (0, 0, (None, None)),
    ],
)
def test_parameters_are_the_effective_ones_or_the_next_best(
    effective: float | None, other: float | None, found: tuple[int | None, str | None]
) -> None:
    content = document()
    content["model"] |= {"flop_matched_non_embedding_params": effective, "non_embedding_params": other}
    line = line_of(content)
    assert (line["params"], line["params_basis"]) == found


# The load


def write_curve(folder: Path, scores: dict[str, float] | None = None, **changes: Any) -> list[str]:
    """A file a model, with one score each."""
    given = scores or dict(zip(SIZES, (0.0, 0.1, 0.1, 0.5), strict=True))
    return [write(folder, model, document(entry(value, **changes), model=model)) for model, value in given.items()]


def test_all_metrics_become_scores_and_the_preferred_one_is_marked(settings: Settings, folder: Path) -> None:
    for number, model in enumerate(SIZES):
        scores = {METRIC: number / 4, "bleu": 10 * number, "a metric of its own": -number}
        write(folder, model, document(entry(0, score_dict=scores), model=model))
    sources.load(settings)
    score.run(settings)
    assert rows(settings, "select metric, is_preferred, count(*) from stg_scores group by all order by metric") == [
        ("a metric of its own", False, 4),
        ("bleu", False, 4),
        (METRIC, True, 4),
    ]
    assert rows(settings, "select metric, lowest, highest, is_preferred from emergence_all order by metric") == [
        ("a metric of its own", -3, 0, False),
        ("bleu", 0, 30, False),
        (METRIC, 0, 0.75, True),
    ]
    assert rows(settings, "select metric from emergence") == [(METRIC,)]


def test_low_and_high_score_are_those_of_the_file(settings: Settings, folder: Path) -> None:
    write_curve(folder, low_score=-math.inf, high_score=2)
    sources.load(settings)
    assert rows(settings, "select distinct low_score, high_score from stg_scores") == [(-math.inf, 2.0)]


def test_nan_and_infinities_are_kept_and_counted(
    settings: Settings, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_curve(folder, {"2m": math.nan, "16m": math.inf, "53m": -math.inf, "125m": 0.1 + 0.2})
    sources.load(settings)
    found = dict(rows(settings, "select model, score from stg_scores"))
    assert math.isnan(found.pop("2m"))
    assert found == {"16m": math.inf, "53m": -math.inf, "125m": 0.1 + 0.2}
    assert sorted(rows(settings, "select score, score_count from nonfinite_scores")) == [
        ("-inf", 1),
        ("inf", 1),
        ("nan", 1),
    ]
    assert "3 scores are NaN or infinite" in capsys.readouterr().out


def test_models_csv_serves_where_a_file_has_no_size_and_a_column_says_so(settings: Settings, folder: Path) -> None:
    write(folder, "a", document(family="PaLM", model="8b"))
    write(folder, "b", document(family="T0", model="T0"))
    write(folder, "c", document())
    write(folder, "d", document(family="A new family", model="7b", params=7_000_000_000))
    sources.load(settings)
    assert rows(settings, "select family, scale, scale_basis from stg_scores order by family") == [
        ("A new family", 7_000_000_000, "flop_matched"),
        ("BIG-G T=0", 2_098_048, "flop_matched"),
        ("PaLM", 8_000_000_000, "models.csv"),
        ("T0", None, None),
    ]


def test_a_new_model_without_a_size_is_an_error(settings: Settings, folder: Path) -> None:
    write(folder, "a", document(family="A new family", model="7b"))
    with pytest.raises(PipelineError, match=r"A new family 7b.*sql/seeds/models\.csv"):
        sources.load(settings)


def test_a_model_of_two_sizes_is_an_error(settings: Settings, folder: Path) -> None:
    write(folder, "a", document(entry(0.1)))
    write(folder, "b", document(entry(0.1, shots=1), params=3))
    with pytest.raises(PipelineError, match=r"several sizes under one name.*scores_b\.json.*scores_a\.json"):
        sources.load(settings)
    sources.load(replace(settings, keep_going=True))


def test_a_new_task_or_subtask_is_an_error(settings: Settings, folder: Path) -> None:
    write(folder, "a", document(entry(0.1, subtask_description="auto_debugging:new")))
    with pytest.raises(PipelineError, match=r"auto_debugging:new.*sql/seeds/tasks\.csv"):
        sources.load(settings)


def test_a_new_preferred_metric_is_an_error(settings: Settings, folder: Path) -> None:
    write(folder, "a", document(entry(0.1, metric="a new metric")))
    with pytest.raises(PipelineError, match=r"a new metric.*sql/seeds/metrics\.csv"):
        sources.load(settings)


def test_models_that_prefer_different_metrics_are_an_error(settings: Settings, folder: Path) -> None:
    both = {METRIC: 0.5, "bleu": 1.0}
    for model, preferred in zip(SIZES, ("bleu", METRIC, METRIC, METRIC), strict=True):
        write(folder, model, document(entry(0, score_dict=both, preferred_score=preferred), model=model))
    with pytest.raises(PipelineError, match="prefer one metric for some models"):
        sources.load(settings)
    sources.load(replace(settings, keep_going=True))
    score.run(settings)
    assert rows(settings, "select metric, n_scales from emergence") == [(METRIC, 4)]


def test_the_run_stops_with_the_list_of_files_that_cannot_be_used(settings: Settings, folder: Path) -> None:
    write_curve(folder)
    for name in ("w", "x", "y", "z"):
        write(folder, name, b"")
    with pytest.raises(PipelineError) as caught:
        sources.load(settings)
    message = str(caught.value)
    assert message.startswith(f"4 of 8 score files cannot be used: {path_of('w')}: empty; {path_of('x')}: empty; ")
    whole_list = settings.database.with_name(f"{settings.name}-rejected_files.csv")
    assert f"and 1 more (all in {settings.shown(whole_list)})" in message
    assert whole_list.is_relative_to(settings.data)
    assert message.endswith("or leave them out with KEEP_GOING=1.")
    assert "\n" not in message
    assert not settings.database.exists()
    assert whole_list.read_text().splitlines() == ["path,reason", *(f"{path_of(name)},empty" for name in "wxyz")]


def test_with_keep_going_the_rest_is_loaded_and_every_file_accounted_for(
    settings: Settings, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_curve(folder)
    write(folder, "x", b"")
    sources.load(replace(settings, keep_going=True))
    assert dict(rows(settings, "from file_counts")) == {"in": 5, "loaded": 4, "rejected": 1}
    assert rows(settings, "from rejected_files") == [(path_of("x"), "empty")]
    assert dict(rows(settings, "from row_counts")) == {"in": 4, "kept": 4}
    assert "LEFT OUT: 1 of 5" in capsys.readouterr().out


def test_a_tree_without_one_usable_file_is_an_error_in_any_case(settings: Settings, folder: Path) -> None:
    write(folder, "x", b"")
    with pytest.raises(PipelineError, match="so no score is left"):
        sources.load(replace(settings, keep_going=True))


@pytest.mark.parametrize("value", [0.25, math.nan, -math.inf])
def test_equal_duplicates_count_once(settings: Settings, folder: Path, value: float) -> None:
    write(folder, "a", document(entry(value), entry(value)))
    write(folder, "b", document(entry(value)))
    sources.load(settings)
    assert dict(rows(settings, "from row_counts")) == {"in": 3, "kept": 1, "set aside: duplicate": 2}


@pytest.mark.parametrize(("one", "other"), [(0.25, 0.5), (0.25, math.nan), (math.nan, math.inf), (0.3, 0.1 + 0.2)])
def test_contradicting_duplicates_are_named_with_both_values_and_files(
    settings: Settings, folder: Path, one: float, other: float
) -> None:
    write(folder, "a", document(entry(one), entry(0.1, shots=1)))
    write(folder, "b", document(entry(other)))
    with pytest.raises(PipelineError) as caught:
        sources.load(settings)
    assert f"{path_of('a')}, {path_of('b')}" in str(caught.value)
    sources.load(replace(settings, keep_going=True))
    ((scores, paths),) = rows(settings, "select scores, paths from conflicting_rows")
    assert [str(float(text)) for text in scores.split(", ")] == [str(one), str(other)]
    assert paths == f"{path_of('a')}, {path_of('b')}"
    assert dict(rows(settings, "from row_counts")) == {"in": 3, "kept": 1, "set aside: conflicting": 2}


def test_what_was_left_out_is_exported_where_there_is_something(settings: Settings, folder: Path) -> None:
    write(folder, "2m", document(entry(0.1), entry(0.2)))
    write_curve(folder, {"16m": 0.2, "53m": 0.4, "125m": 0.4})
    sources.load(replace(settings, keep_going=True))
    score.run(settings)
    tables = settings.root / "tables"
    with database.connect(settings.database, reach=[tables]) as connection:
        analyse.export(connection, tables, STUDIES)
    _, row = (tables / "conflicting_rows.csv").read_text().splitlines()
    assert row.startswith(f"{TASK},{TASK},{METRIC},0,BIG-G T=0,2m,")
    assert not (tables / "rejected_files.csv").exists()
    assert not (tables / "emergence_all.parquet").exists()


# A load again


def loaded_again(settings: Settings) -> bool:
    """Take the scores as far as the database, and tell whether that was made anew."""

    def database_as_it_is() -> tuple[int, int] | None:
        # A file that takes another's place is another one.
        found = settings.database.stat() if settings.database.exists() else None
        return found and (found.st_ino, found.st_mtime_ns)

    before = database_as_it_is()
    stages.run(settings, "load")
    return database_as_it_is() != before


def test_a_load_with_nothing_changed_leaves_the_database(settings: Settings, folder: Path) -> None:
    write_curve(folder)
    assert loaded_again(settings)
    before = settings.database.stat().st_mtime_ns
    assert not loaded_again(settings)
    assert settings.database.stat().st_mtime_ns == before


def test_any_change_loads_again(settings: Settings, folder: Path) -> None:
    path, *_ = write_curve(folder)
    stages.run(settings, "load")
    os.utime(folder / path, ns=(1, 1))
    assert loaded_again(settings)
    write(folder, "more", document(entry(0.1, shots=1)))
    assert loaded_again(settings)
    (folder / path_of("more")).unlink()
    assert loaded_again(settings)
    assert loaded_again(replace(settings, keep_going=True))
    assert not loaded_again(replace(settings, keep_going=True))
    settings.database.unlink()
    assert loaded_again(settings)


def test_a_load_that_stops_leaves_the_old_database(settings: Settings, folder: Path) -> None:
    write_curve(folder)
    sources.load(settings)
    before = rows(settings, "from stg_rows")
    write(folder, "x", b"")
    for _ in range(2):
        with pytest.raises(PipelineError, match="1 of 5 score files"):
            sources.load(settings)
    assert rows(settings, "from stg_rows") == before
    assert [path.name for path in settings.database.parent.glob(".*")] == []


KILL_AND_LOAD = """
import contextlib, os, pathlib, random, signal, sys, time
from pipeline.core.settings import Settings

def run():
    with contextlib.redirect_stdout(None):
        stages.run(settings, "load")

def child():
    pid = os.fork()
    if pid == 0:
        run()
        os._exit(0)
    return pid

settings = Settings(root=pathlib.Path(sys.argv[1]), source=sys.argv[2])
changing = pathlib.Path(sys.argv[2], sys.argv[3])
chance = random.Random(20230428)
settings.database.unlink()
start = time.perf_counter()
os.waitpid(child(), 0)
usual = time.perf_counter() - start
for attempt in range(20):
    # Another time of change, so that the load has work to do; and every other time no database to begin with.
    os.utime(changing, (attempt, attempt))
    if attempt % 2:
        settings.database.unlink(missing_ok=True)
    pid = child()
    time.sleep(chance.uniform(0, usual))
    os.kill(pid, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
TABLES = ("stg_rows", "stg_scores", "row_counts", "file_counts", "score_files", "rejected_files", "listed_files")


@pytest.mark.thorough
def test_after_twenty_kills_a_plain_load_gives_the_same_tables(settings: Settings, folder: Path) -> None:
    chance = random.Random(2)
    for number, model in enumerate(SIZES):
        for part in range(20):
            shots = range(20 * part, 20 * part + 20)
            entries = [entry(chance.random(), shots=count) for count in shots]
            write(folder, f"{number}-{part}", document(*entries, model=model))
    stages.run(settings, "load")
    expected = {name: rows(settings, f"from {name} order by all") for name in TABLES}
    ran = subprocess.run(
        [sys.executable, "-c", KILL_AND_LOAD, str(settings.root), str(folder), path_of("0-0")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    statuses = ran.stdout.split()
    assert len(statuses) == 20
    assert statuses.count(str(-signal.SIGKILL)) >= 5, statuses
    if settings.database.exists():
        assert {name: rows(settings, f"from {name} order by all") for name in TABLES} == expected
    stages.run(settings, "load")
    assert {name: rows(settings, f"from {name} order by all") for name in TABLES} == expected


# The data tests


def failing_rows(check: str, **tables: str) -> list[tuple[Any, ...]]:
    query = (ROOT / "sql" / "checks" / "sources" / "score_files" / "staging" / check).read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        for name, values in tables.items():
            connection.execute(f"create table {name} as {values}")
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    ("listed", "loaded", "rejected", "wrong"),
    [
        ("a b", "a", "b", []),
        ("a b", "a", "", [("b", 1, 0)]),
        ("a", "a", "b", [("b", 0, 1)]),
        ("a", "a", "a", [("a", 1, 2)]),
        ("a", "a a", "", [("a", 1, 2)]),
    ],
)
def test_the_check_that_files_add_up(listed: str, loaded: str, rejected: str, wrong: list[tuple[Any, ...]]) -> None:
    def paths(names: str) -> str:
        return f"select unnest({names.split()}::varchar[]) as path"

    found = failing_rows(
        "files_add_up.sql", listed_files=paths(listed), score_files=paths(loaded), rejected_files=paths(rejected)
    )
    assert found == wrong


@pytest.mark.parametrize(("n_scores", "wrong"), [(2, []), (3, [("a", 3, 2)])])
def test_the_check_that_scores_add_up(n_scores: int, wrong: list[tuple[Any, ...]]) -> None:
    found = failing_rows(
        "scores_add_up.sql",
        score_files=f"select 'a' as path, {n_scores} as n_scores",
        stg_rows="select 'a' as path from range(2)",
    )
    assert found == wrong


# The real scores


def tables_of(*studies: Study) -> set[str]:
    return {f"{name}.csv" for study in studies for name in (*study.tables, *study.sometimes)}


@pytest.mark.thorough
def test_the_real_table_written_as_score_files_gives_the_same_results(
    settings: Settings, folder: Path, real_project: Settings
) -> None:
    # 32 of the 9,085 files of the whole tree hold averaged rows alone.
    assert score_tree.rebuild(MIRRORED, folder, with_averaged=False) == 9_053
    copy_made_by_tools(settings)
    for stage in (sources.load, score.run, analyse.run):
        stage(settings)
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        connection.execute(f"attach '{real_project.database}' as real (read_only)")
        for name in ("emergence_all", "stg_scores"):
            columns = "* exclude (scale_basis, low_score, high_score)" if name == "stg_scores" else "*"
            here, there = f"(select {columns} from {name})", f"(select {columns} from real.{name})"
            described = [connection.execute(f"describe {query}").fetchall() for query in (here, there)]
            assert described[0] == described[1], name
            for query in (f"{here} except all {there}", f"{there} except all {here}"):
                assert connection.execute(query).fetchall() == [], name
    tables, from_table = settings.results() / "tables", real_project.results() / "tables"
    accounts = {f"{name}.csv" for name in ("row_counts", "rows_set_aside", "set_aside_by_subtask", "provenance")}
    names = {path.name for path in tables.iterdir()} - accounts
    assert len(names) > 30
    for name in names:
        assert (tables / name).read_bytes() == (from_table / name).read_bytes(), name
    # Curves were not tested here: these files name a lowest score that nobody knows, which a test takes for chance.
    # And some chapters, which do not depend on the scores, are of the default run alone.
    here = analyse.studies_of(settings, sources.CHECKOUT)
    of_tests = ("smooth_worlds", "sudden", "detector", "tasks")
    not_here = tables_of(*(study for study in STUDIES if study not in here or study.name in of_tests))
    made_there = {path.name for path in from_table.iterdir()} - {path.name for path in made_by_tools()}
    assert made_there - names - accounts <= not_here
    shutil.rmtree(folder)
