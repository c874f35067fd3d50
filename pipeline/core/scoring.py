"""The emergence score of curves that come from no database: the same query as for the benchmark's."""

from pathlib import Path

import duckdb
import pandas as pd

from pipeline.core import database
from pipeline.core.settings import ROOT

QUERY = ROOT / "sql" / "curves" / "curve_emergence.sql"


def score_curves(points: pd.DataFrame, query: Path = QUERY) -> pd.DataFrame:
    """Emergence score and status of every curve, by sql/curves/curve_emergence.sql.

    Args:
        points: one row per score: `curve_id` (integer), `position` (integer, the order of scale), `score`.
        query: the file that defines E.

    Returns:
        One row per curve, sorted by `curve_id`, with `n_scales`, `lowest`, `highest`, `span`, `median_step`,
        `emergence_score` (missing where E is undefined, +-infinity where infinite) and `status`.
    """
    with duckdb.connect() as connection:
        connection.register("points", points[["curve_id", "position", "score"]])
        connection.execute("create table curve_points as select curve_id, position, score::double as score from points")
        database.build_table(connection, query)
        return connection.execute(
            "select curve_id, n_scales, lowest, highest, span, median_step, emergence_score, status"
            " from curve_emergence order by curve_id"
        ).df()
