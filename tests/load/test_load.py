"""Bad input: one clear line that names file, cause and next step, and nothing half-written."""

import math
import shutil

import pytest

from pipeline import score, sources
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT
from pipeline.fetch import table
from tests.fixtures import as_if_fetched, made_up_query, rows, write_parquet


def load_query(project, query):
    as_if_fetched(project, write_parquet(query, project.root / "scores.parquet"))
    sources.load(project)


def altered(where, **columns):
    """The made-up scores with some columns replaced in the rows where a condition holds."""
    replaced = ", ".join(f"if({where}, {value}, {name}) as {name}" for name, value in columns.items())
    return f"select * replace ({replaced}) from ({made_up_query()})"


GPT_FIRST = "model_family_model_name = 'GPT GPT-3 Small' and number_of_shots = 1"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (altered(GPT_FIRST, task_name="null"), ["without a task", "fetch it again"]),
        (altered(GPT_FIRST, score_value="null"), ["without a task", "score=None"]),
        (altered(GPT_FIRST, task_name="'no_such_task'"), ["no_such_task", "sql/seeds/tasks.csv", "add a line"]),
        (
            altered(GPT_FIRST, model_family_model_name="'GPT GPT-9'"),
            ["GPT GPT-9", "sql/seeds/models.csv", "add a line"],
        ),
        (
            f"{made_up_query()} union all"
            f" select * replace (7.5 as score_value) from ({made_up_query()}) where {GPT_FIRST}",
            ["more than one score", "codenames", "7.5", "9.0"],
        ),
        (f"select * exclude (score_value) from ({made_up_query()})", ["has columns", "score_value DOUBLE"]),
        (f"select * replace (score_value::varchar as score_value) from ({made_up_query()})", ["score_value VARCHAR"]),
    ],
)
def test_bad_tables_stop_the_run_and_leave_no_database(project, query, words):
    with pytest.raises(PipelineError) as caught:
        load_query(project, query)
    message = str(caught.value)
    assert "\n" not in message
    assert "Next: " in message
    for word in words:
        assert word in message
    assert not project.database.exists()
    assert list(project.data.glob(".*")) == []


def test_a_failed_load_keeps_the_database_of_the_last_good_one(project):
    load_query(project, made_up_query())
    before = project.database.read_bytes()
    with pytest.raises(PipelineError):
        load_query(project, altered(GPT_FIRST, task_name="null"))
    assert project.database.read_bytes() == before


def test_a_file_that_is_no_parquet(project):
    broken = project.root / "scores.parquet"
    broken.write_text("<html>not found</html>")
    as_if_fetched(project, broken)
    with pytest.raises(PipelineError, match=r"scores\.parquet: cannot be read as Parquet .* Next: "):
        sources.load(project)


def test_without_a_fetch(project):
    with pytest.raises(PipelineError, match="Next: run `make fetch`"):
        sources.load(project)


def test_a_damaged_seed_names_itself(project, tmp_path):
    (tmp_path / "sql").unlink()
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    (tmp_path / "sql" / "seeds" / "tasks.csv").write_text("task\nx\n")
    with pytest.raises(PipelineError, match="sql/seeds: .*git checkout sql/seeds"):
        load_query(project, made_up_query())


def test_row_order_changes_no_curve(project):
    def emergence(order):
        load_query(project, f"select * from ({made_up_query()}) {order}")
        score.run(project)
        return rows(project, "from emergence order by all")

    assert emergence("order by hash(score_value)") == emergence("order by hash(model_family_model_name)")


def test_infinities_are_kept_as_they_are(project):
    load_query(project, made_up_query())
    query = "select score from stg_scores where task = 'analytic_entailment' and family = 'Gopher' order by scale"
    assert rows(project, query) == [(0.5,), (-math.inf,)]


def test_a_file_that_changed_after_the_fetch_is_refused(project):
    load_query(project, made_up_query())
    write_parquet(altered(GPT_FIRST, score_value="99"), project.root / "scores.parquet")
    with pytest.raises(PipelineError, match=r"is not the file that was fetched .* Next: delete it"):
        sources.load(project)


def test_score_needs_a_database_and_makes_none(project):
    project.data.mkdir()
    with pytest.raises(PipelineError, match="there is no database yet. Next: run `make load`"):
        score.run(project)
    assert not project.database.exists()


def test_a_stand_in_that_lacks_columns_is_refused(project):
    write_parquet("select 1 as task", project.committed / "emergence.parquet")
    table.write_manifest(project, table.Manifest(None, None, None, "nowhere"))
    with pytest.raises(PipelineError, match=r"lacks the columns emergence_score, .* Next: bring it back"):
        sources.load(project)


def test_what_a_killed_load_left_is_swept(project):
    project.data.mkdir()
    for name in (".bigbench-abc.partial.duckdb", ".bigbench-abc.partial.duckdb.wal"):
        (project.data / name).write_bytes(b"half")
    load_query(project, made_up_query())
    assert list(project.data.glob(".*")) == []
