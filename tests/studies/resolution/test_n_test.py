"""The SQL of n_test: BIG-bench's rule, the grid that it is held against, and the grid where there is no rule."""

import pytest

from pipeline.core import database
from pipeline.core.settings import ROOT


@pytest.fixture
def n_test(connection):
    """(n_test, basis) of one cell, made of its scores."""
    connection.execute("create table known_metrics as select 'm' as metric, true as is_proportion")

    def compute(scores, *, n_examples, family="GPT", leaves=1, is_aggregate=False):
        connection.execute(
            "create or replace table known_tasks as select 't' as task, 's' || i as subtask, null::varchar as family,"
            " 'm' as preferred_metric, 'choice' as task_type, false as is_aggregate, ?::bigint as n_examples,"
            " null::double as chance, false as is_averaged from range(?) r(i)",
            [n_examples, leaves],
        )
        for name in ("seed_models", "source_rows"):
            connection.execute(f"create or replace table {name} as select ? as family", [family])
        database.build_table(connection, ROOT / "sql/staging/task_facts.sql")
        connection.execute(
            "create or replace table curves as select 1 as curve_id, 't' as task, 's0' as subtask, 'm' as metric,"
            " ? as family, ? as is_aggregate",
            [family, is_aggregate],
        )
        connection.execute("create or replace table curve_points (curve_id integer, score double)")
        connection.executemany("insert into curve_points values (1, ?)", [[score] for score in scores])
        database.build_table(connection, ROOT / "sql/sources/bigbench/curves/n_test.sql")
        return connection.execute("select n_test, n_test_basis from n_test").fetchall()

    return compute


@pytest.mark.parametrize(
    ("n_examples", "leaves", "family", "expected"),
    [
        (30, 1, "GPT", 30),
        (5000, 1, "GPT", 1000),
        (5000, 1, "BIG-G T=0", 1024),
        (5000, 1, "BIG-G sparse", 1024),
        (5000, 250, "GPT", 4),
        (3, 250, "GPT", 3),
    ],
)
def test_rule(n_test, n_examples, leaves, family, expected):
    scores = [0.0, 1.0]  # on every grid, so that the rule alone decides
    assert n_test(scores, n_examples=n_examples, leaves=leaves, family=family) == [(expected, "rule")]


def test_rule_stands_where_the_grid_agrees(n_test):
    assert n_test([0.0, 1 / 3, 2 / 3], n_examples=3) == [(3, "rule")]
    assert n_test([0.333333, 0.666667], n_examples=3) == [(3, "rule")]


def test_rule_falls_where_the_grid_disagrees(n_test):
    assert n_test([0.0, 0.25], n_examples=3) == [(None, None)]
    assert n_test([0.3333], n_examples=3) == [(None, None)]


def test_a_subgrid_does_not_refute_the_rule(n_test):
    assert n_test([0.5], n_examples=30) == [(30, "rule")]


def test_grid_serves_where_there_is_no_file_size(n_test):
    scores = [k / 41 for k in (1, 5, 8, 12, 20, 31, 40)]
    assert n_test(scores, n_examples=None) == [(41, "grid")]


def test_too_few_scores_determine_nothing(n_test):
    assert n_test([k / 41 for k in (1, 5, 8, 12, 20, 31)], n_examples=None) == [(None, None)]


def test_scores_on_no_grid_have_no_size(n_test):
    scores = [0.1234567, 0.2345678, 0.3456789, 0.4567891, 0.5678912, 0.6789123, 0.7891234]
    assert n_test(scores, n_examples=None) == [(None, None)]


def test_aggregates_have_none(n_test):
    assert n_test([0.5], n_examples=10, is_aggregate=True) == []
