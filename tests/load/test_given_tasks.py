"""What the user says of tasks: a chance level where nobody knows it, or in place of what others say."""

import os
from dataclasses import replace

import pytest

from pipeline import score, sources, stages
from pipeline.core.errors import PipelineError
from tests.fixtures import rows
from tests.load.harness_made import v04, write

HEADER = "task,metric,shots,family,model,params,score,n_test,is_proportion\n"


def table(*tasks, metric="acc"):
    return HEADER + "".join(
        f"{task},{metric},0,Tiny,tiny-{size},{10 ** (6 + size)},{0.3 + 0.1 * size},100,1\n"
        for task in tasks
        for size in range(4)
    )


@pytest.fixture
def own(project):
    """A run of a table of two tasks that the project does not know, and a table of tasks of the given text."""

    def settings(text, scores=None, source="scores.csv"):
        if source == "scores.csv":
            (project.root / source).write_text(scores or table("riddles", "puzzles"))
        (project.root / "tasks.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        return replace(project, source=source, tasks="tasks.csv" if text else "")

    return settings


def chances(settings, capsys):
    """The chance level of each task, and what was printed."""
    sources.load(settings)
    score.run(settings)
    query = "select task, metric, l.chance from chance_levels as l inner join curves using (curve_id) order by all"
    return rows(settings, query), capsys.readouterr().out


def test_it_is_taken_where_nobody_knows_the_task(own, capsys):
    found, said = chances(own("task,chance\nriddles,0.25\n"), capsys)
    assert found == [("puzzles", "acc", None), ("riddles", "acc", 0.25)]
    assert "or TASKS= a table with the columns task and chance): puzzles\n" in said


def test_without_it_the_run_says_which_tasks_lack_it(own, capsys):
    found, said = chances(own(""), capsys)
    assert [chance for *_, chance in found] == [None, None]
    assert "the columns task and chance): puzzles; riddles\n" in said


def test_it_stands_above_what_others_say(own, capsys):
    found, _ = chances(own("task,chance\narc_easy,0.2\n", table("arc_easy")), capsys)
    assert found == [("arc_easy", "acc", 0.2)]
    found, _ = chances(own("", table("arc_easy")), capsys)
    assert found == [("arc_easy", "acc", 0.25)]


def test_it_says_nothing_of_free_answers(own, capsys):
    found, _ = chances(own("task,chance\nsums,0.25\n", table("sums", metric="exact_match")), capsys)
    assert found == [("sums", "exact_match", 0.0)]


def test_it_is_taken_for_harness_results_too(own, project, capsys):
    for size in (70, 160, 410):
        document = v04({"riddles": {"acc,none": size / 1000}}, model=f"made/tiny-{size}m")
        write(project.root / "results", f"{size}/results_2024-01-01T00-00-00.json", document)
    found, _ = chances(own("Task; Chance\nriddles;0.5\n", source="results"), capsys)
    assert found == [("riddles", "acc", 0.5)]


@pytest.mark.parametrize("source", ["scores.csv", "results"])
def test_another_table_is_another_input(own, project, source):
    write(project.root / "results", "results_2024-01-01T00-00-00.json", v04({"riddles": {"acc,none": 0.5}}))
    keys = [
        stages.key(own(text, source=source), stages.BY_NAME["load"], "")
        for text in ("", "task,chance\nriddles,0.25\n", "task,chance\n")
    ]
    assert len({str(key) for key in keys}) == len(keys)


def test_a_pipe_is_refused_at_once(own, project):
    settings = own("task,chance\n")
    (project.root / "tasks.csv").unlink()
    os.mkfifo(project.root / "tasks.csv")
    with pytest.raises(PipelineError, match=r"^TASKS=tasks.csv: cannot be read \(it is no plain file\)\. Next: "):
        sources.load(settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task,share\nriddles,0.25\n", "lacks the columns chance. Next: write a line `task,chance`"),
        ("task,chance\n,0.25\n", "line 2: names no task"),
        ("task,chance\nriddles,0.25\nriddles,0.5\n", "line 3: riddles stands there twice"),
        ("task,chance\nriddles,25\n", "line 2: chance is no share from 0 to below 1: 25"),
        ("task,chance\nriddles,1/4\n", "line 2: chance is no share from 0 to below 1: 1/4"),
        ("task,chance\nriddles,\n", "line 2: chance is no share"),
        ("task,chance\nriddles,nan\n", "line 2: chance is no share"),
        (b"task,chance\n\xff,0.25\n", "cannot be read"),
    ],
)
def test_errors_are_one_line_each(own, text, message):
    with pytest.raises(PipelineError) as caught:
        sources.load(own(text))
    assert str(caught.value).startswith("TASKS=tasks.csv: ")
    assert message in str(caught.value)
    assert ". Next: " in str(caught.value)
    assert "\n" not in str(caught.value)
