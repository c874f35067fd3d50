"""Scores -> curves -> emergence scores and conventions, by the very queries that score the benchmark's curves."""

import duckdb
import pandas as pd

from pipeline.core import database
from pipeline.core.seeds import load_seeds
from pipeline.core.settings import Settings
from pipeline.studies.networks.metrics import METRICS


def emergence(scores: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The emergence score of every curve: one a seed, and one of the medians over seeds (`seed` is `median`).

    Args:
        scores: `experiment`, `metric`, `estimator`, `test_size`, `size`, `seed`, `score`.
        settings: the run, for its queries and its threshold.

    Returns:
        The table that sql/studies/networks/compute/induced_emergence.sql makes, sorted. `lowest` and `highest` are of
        the curve as it was scored: turned over where lower is better.
    """
    metrics = pd.DataFrame([vars(metric) for metric in METRICS]).rename(columns={"name": "metric"})
    with duckdb.connect() as connection:
        connection.execute("set variable threshold = ?::double", [settings.threshold])
        load_seeds(connection, settings)
        database.make_macros(connection, settings.sql / "macros")
        connection.register("induced_scores", scores)
        connection.register("induced_metrics", metrics)
        own = settings.sql / "studies" / "networks" / "compute"
        shared = settings.sql / "curves" / "curve_emergence.sql"
        for sql_file in (own / "curves.sql", own / "curve_points.sql", shared, own / "induced_emergence.sql"):
            database.build_table(connection, sql_file)
        return connection.execute("from induced_emergence order by all").df()
