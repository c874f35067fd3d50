"""Small tables of curves as the stages before leave them, for the SQL of the studies."""

import duckdb
import pandas as pd

from pipeline.core import database
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import ROOT, Settings

SQL = ROOT / "sql"
BASE = {"task": "t", "subtask": "t", "metric": "exact_str_match", "shots": 0, "family": "GPT", "is_aggregate": False}
BASE |= {"n_scales": 8, "n_test": 200, "n_test_basis": "rule", "status": "finite", "emergence_score": 150.0}


def prepared(connection: duckdb.DuckDBPyConnection, threshold: float = 100.0) -> duckdb.DuckDBPyConnection:
    """A database with the seeds, the macros and a threshold."""
    load_seeds(connection, Settings(root=ROOT))
    database.make_macros(connection, SQL / "macros")
    connection.execute("set variable threshold = ?::double", [threshold])
    connection.execute(
        "create or replace table options as select ?::double as threshold, true as is_bigbench, true as is_published",
        [threshold],
    )
    return connection


def add_curves(connection: duckdb.DuckDBPyConnection, *changes: dict[str, object]) -> None:
    """Make `emergence` of curves that differ from BASE as said, and what the conventions make of it."""
    curves = pd.DataFrame([{"curve_id": number} | BASE | change for number, change in enumerate(changes, 1)])
    curves = curves.astype({"n_test": "Int64", "emergence_score": "Float64"})
    database.make_table(connection, "emergence", curves)
    for name in ("convention_values", "curve_copies", "conventions"):
        database.build_table(connection, SQL / "studies" / "conventions" / f"{name}.sql")


def study(connection: duckdb.DuckDBPyConnection, name: str, *changes: dict[str, object]) -> None:
    """Make the tables that a study's SQL makes of such curves."""
    add_curves(connection, *changes)
    database.build_tables(connection, [SQL / "studies" / name])
