"""Scores -> curves -> emergence scores and readings, by the very queries that score the benchmark's curves."""

from pathlib import Path

import duckdb
import pandas as pd

from pipeline import database
from pipeline.induce.metrics import METRICS

# In the order of what needs what; those outside sql/induce are shared with the benchmark.
QUERIES = (
    "induce/1_curves.sql",
    "induce/2_curve_points.sql",
    "22_curve_emergence.sql",
    "05_seed_readings.sql",
    "induce/3_induced_emergence.sql",
)


def emergence(scores: pd.DataFrame, sql: Path, threshold: float) -> pd.DataFrame:
    """The emergence score of every curve: one a seed, and one of the medians over seeds (`seed` is `median`).

    Args:
        scores: `experiment`, `metric`, `estimator`, `test_size`, `size`, `seed`, `score`.
        sql: the folder of the queries.
        threshold: the value over which a reading calls a curve emergent.

    Returns:
        The table that sql/induce/3_induced_emergence.sql makes, sorted. `lowest` and `highest` are of the curve as it
        was scored: turned over where lower is better.
    """
    metrics = pd.DataFrame([vars(metric) for metric in METRICS]).rename(columns={"name": "metric"})
    with duckdb.connect() as connection:
        connection.execute("set variable threshold = ?::double", [threshold])
        seeds = str(sql / "seeds").replace("'", "''")
        connection.execute(f"set file_search_path = '{seeds}'")
        connection.register("induced_scores", scores)
        connection.register("induced_metrics", metrics)
        connection.execute((sql / "macros" / "reading_value.sql").read_text(encoding="utf-8"))
        database.build_tables(connection, [sql / name for name in QUERIES])
        return connection.execute("from induced_emergence order by all").df()
