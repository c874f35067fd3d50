"""The tables of the study, made of a handful of curves whose tests are given."""

import re
from functools import partial

import duckdb
import jinja2
import pandas as pd
import pytest

from pipeline.core import database
from pipeline.core.study import Run
from pipeline.report.narrative import queries
from pipeline.studies.sudden import compute
from pipeline.studies.sudden.section import STUDY
from tests.made import curves_tested
from tests.studies.made_curves import SQL, add_curves, prepared
from tests.studies.told import WORDS, told

TOOLS = {"calibration", "late_gain_scenarios", "scenario_checks"}
# What is made of those, and of Python.
OF_TOOLS = ("false_late_gains", "false_range", "power", "test_verdicts", "wrongly_excluded")
COMPUTED = ("tested_shares", "common_effects", "effects_overview")
# A curve of four models, the last of them where it was forecast.
PLAIN = {"task": "t", "family": "GPT", "shots": 0, "metric": "exact_str_match", "n_test": 100, "status": "fitted"}
PLAIN |= {"basis": "binomial", "is_tested": True, "is_exploratory": False, "scores": [0.1, 0.2, 0.3, 0.4]}
PLAIN |= {"without_1_upper_p": 0.5, "without_1_lower_p": 0.5, "goodness_p": 0.5, "goodness_q": 0.9}
PLAIN |= {"curved_p": 0.5, "curved_q": 0.9, "broken_p": 0.5, "broken_q": 0.9, "broken_at": 2, "broken_by": 0.1}
PLAIN |= {"higher_is_better": True, "is_proportion": True, "is_log_scaled": False, "emergence_score": 5.0}
OF_TESTABLE = ["scores", "higher_is_better", "is_proportion", "is_log_scaled"]
OF_CURVES = ["task", "subtask", "metric", "shots", "family", "n_test", "emergence_score"]
NOT_OF_TESTS = ["is_aggregate", "emergent_under", "category"]


def make_emergence(connection, frame):
    add_curves(
        connection, *(dict(zip(OF_CURVES, row, strict=True)) for row in frame[OF_CURVES].itertuples(index=False))
    )


def make_points(connection, frame):
    points = frame[["curve_id", "scores"]].explode("scores").rename(columns={"scores": "score"}).reset_index(drop=True)
    points["position"] = points.groupby("curve_id").cumcount() + 1
    points["model"] = "model " + points["position"].astype(str)
    points["scale"] = 10.0 ** (5 + points["position"])
    database.make_table(connection, "curve_points", points.astype({"score": float}))


@pytest.fixture(scope="session")
def prepared_once():
    """One database for all: the seeds take longest."""
    with duckdb.connect(config={"threads": 1}) as connection:
        typed = curves_tested(1).drop(columns=NOT_OF_TESTS).assign(curve_id=0)
        database.make_table(connection, "typed", typed.astype({"broken_at": "Int64", "broken_by": float}))
        connection.execute("delete from typed")
        yield prepared(connection)


@pytest.fixture
def build(prepared_once):
    """Make the study's tables of curves that differ from PLAIN as said; each is a subtask of its own, unless told."""
    connection = prepared_once

    def make(*changes, run=None, **of_tools):
        run = run or Run()
        for name in (*TOOLS, *OF_TOOLS, *COMPUTED):
            connection.execute(f"drop table if exists {name}")
        curves = [PLAIN | {"subtask": f"s{number}"} | change for number, change in enumerate(changes)]
        frame = pd.DataFrame(curves).assign(curve_id=range(1, len(curves) + 1))
        make_emergence(connection, frame)
        make_points(connection, frame)
        connection.execute("create or replace table curve_tests as from typed")
        tests = frame.drop(columns=[*OF_TESTABLE, "emergence_score"])  # noqa: F841 - the next line reads it
        connection.execute("insert into curve_tests by name from tests")
        connection.execute(WORDS)
        database.make_table(connection, "testable_curves", frame[["curve_id", *OF_TESTABLE]])
        database.build_table(connection, SQL / "studies/conventions/tested_curves.sql")
        connection.execute(
            "create or replace table options as select ?::boolean as is_bigbench, ?::boolean as is_published",
            [run.is_bigbench, run.is_published],
        )
        for name, table in of_tools.items():
            database.make_table(connection, name, table)
        absent = TOOLS - of_tools.keys()
        for path in database.sql_files([SQL / "studies/sudden"]):
            if database.tables_read(path.read_text(encoding="utf-8")) & absent:
                absent = absent | {path.stem}
            else:
                database.build_table(connection, path)
        return connection

    return make


@pytest.fixture(scope="session")
def parsed():
    """Templates that were parsed once: each render would do so anew."""
    return {}


@pytest.fixture
def chapter(build, monkeypatch, parsed):
    """The text of the chapter about such curves."""
    get = jinja2.Environment.get_template
    monkeypatch.setattr(
        jinja2.Environment,
        "get_template",
        lambda own, name: parsed.get(name) or parsed.setdefault(name, get(own, name)),
    )
    monkeypatch.setattr(compute, "shares", partial(compute.shares, resamples=20))

    def write(*changes, run=None, **of_tools):
        run = run or Run()
        connection = build(*changes, run=run, **of_tools)
        for name, table in compute.compute(connection, run).items():
            database.make_table(connection, name, table)
        text = told(STUDY, STUDY.numbers(run, queries(connection)))
        assert not re.search(r"\{\{|\}\}|\bNone\b|\bnan\b", text)
        return text

    return write


def scenario_gains(*rows):
    return pd.DataFrame(rows, columns=["scenario", "side", "family", "found"])


def scenario_checks(**ruled_out):
    rows = [(name.replace("_", " "), out) for name, outs in ruled_out.items() for out in outs]
    return pd.DataFrame(rows, columns=["scenario", "is_ruled_out"]).astype({"scenario": str, "is_ruled_out": bool})


def calibrated(*changes):
    """What calibration says of a test: a row by scenario, jump, place, test and class of n_test."""
    base = {"scenario": "combined", "jump": 0.0, "place": None, "test": "broken", "n_test_class": "all"}
    base |= {"curves": 200, "rejected_share": 0.05, "low": 0.0, "high": 1.0, "verdict": "holds"}
    return pd.DataFrame([base | change for change in changes]).astype({"place": "string"})
