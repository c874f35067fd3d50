"""What is known of a task: a row that names a family replaces the general one, for that family and that task alone."""

import pandas as pd

from pipeline.core import database
from pipeline.core.settings import ROOT

COLUMNS = ["task", "subtask", "family", "preferred_metric", "task_type", "is_aggregate", "n_examples", "chance"]


def test_a_family_s_own_row_replaces_the_general_one(connection):
    known = [
        ("sums", "sums", None, "exact_str_match", "json", False, 100, 0.0),
        ("sums", "sums", "GPT", None, None, None, 50, None),
        ("words", "sums", None, "bleu", "json", False, 7, 0.0),
    ]
    frame = pd.DataFrame(known, columns=COLUMNS).astype({"n_examples": "Int64"}).assign(is_averaged=None)
    database.make_table(connection, "known_tasks", frame)
    database.make_table(connection, "seed_models", pd.DataFrame({"family": ["GPT", "PaLM"]}))
    database.make_table(connection, "source_rows", pd.DataFrame({"family": ["Own"]}))
    database.build_table(connection, ROOT / "sql/staging/task_facts.sql")
    query = "select task, family, preferred_metric, n_examples, chance from task_facts order by all"
    assert connection.execute(query).fetchall() == [
        ("sums", "GPT", "exact_str_match", 50, 0.0),
        ("sums", "Own", "exact_str_match", 100, 0.0),
        ("sums", "PaLM", "exact_str_match", 100, 0.0),
        *[("words", family, "bleu", 7, 0.0) for family in ("GPT", "Own", "PaLM")],
    ]
