"""The tables of the study, made of what smooth worlds gave for a few groups of curves."""

import duckdb
import pandas as pd
import pytest

from pipeline.core import database
from tests.studies.made_curves import SQL, prepared

COUNT = {"convention": "with_infinite", "metric": "all", "n_test_class": "all", "temperature": "all"}
COUNT |= {"curves": 900.0, "tasks": 9.0, "observed": 100.0, "expected": 80.0, "expected_low": 60.0}
COUNT |= {"expected_high": 90.0, "unexplained": 20.0, "unexplained_low": 10.0, "unexplained_high": 40.0}
COUNT |= {"share": 0.8, "share_low": 0.6, "share_high": 0.9}
CHECK = {"statistic": "zero_steps", "answers": "free answer", "n_test_class": "10-49"}
CHECK |= {"observed": 100.0, "unexplained": 1.0, "is_ruled_out": False}
STRATUM = {"curves": 30.0, "tasks": 6.0, "zero_steps": 9.0, "zero_steps_independent": 8.0, "shared": 0.5}
STRATUM |= {"shared_low": 0.4, "shared_high": 0.6, "noise": 0.1, "constant": 0.0, "constant_low": 0.0}
STRATUM |= {"constant_high": 0.0}


def count(scenario, **changes):
    return {"scenario": scenario} | COUNT | changes


def check(scenario, **changes):
    return {"scenario": scenario} | CHECK | changes


def stratum(answers, n_test_class, temperature, **changes):
    named = {"answers": answers, "n_test_class": n_test_class, "temperature": temperature}
    return named | STRATUM | changes


ONE_OUT = [check("combined"), check("ceiling"), check("logistic", is_ruled_out=True)]
ALL_OUT = [check(one["scenario"], is_ruled_out=True) for one in ONE_OUT]


def table(rows, columns):
    """A frame of these columns, typed also where it is empty, or a column holds nothing."""
    frame = pd.DataFrame(rows, columns=columns)
    model = {**COUNT, **CHECK, **STRATUM}
    return frame.astype({name: type(model[name]) if name in model else str for name in columns})


@pytest.fixture(scope="session")
def worlds_once():
    """One database for all: the seeds take longest."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield prepared(connection)


@pytest.fixture
def build(worlds_once):
    """Make the study's tables of such rows."""

    def make(*, counts=(), checks=(), strata=()):
        named = ["answers", "n_test_class", "temperature"]
        tables = {
            "scenario_counts": table(list(counts), ["scenario", *COUNT]),
            "scenario_checks": table(list(checks), ["scenario", *CHECK]),
            "strata": table(list(strata), [*named, *STRATUM]),
        }
        for name, frame in tables.items():
            database.make_table(worlds_once, name, frame)
        database.build_tables(worlds_once, [SQL / "studies/smooth_worlds"])
        return worlds_once

    return make
