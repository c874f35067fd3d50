"""McNemar's test of a metric swap."""

import duckdb
import numpy as np
import pandas as pd

from pipeline.core import database
from pipeline.core.mcnemar import mcnemar_p
from pipeline.core.study import Run


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Add the p value to the counts of each pair of metrics; makes the table metric_swap, where there are scores."""
    if not database.has_table(connection, "swap_counts"):
        return {}
    swaps = connection.execute("from swap_counts order by all").df()
    disagreeing = zip(swaps["emergent_under_from_only"], swaps["emergent_under_to_only"], strict=True)
    p = np.array([mcnemar_p(*counts) for counts in disagreeing], dtype=float)
    return {"metric_swap": swaps.assign(mcnemar_p=p)}
