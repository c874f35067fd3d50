"""McNemar's test of a metric swap."""

import duckdb
import numpy as np
import pandas as pd

from pipeline.core import database
from pipeline.core.mcnemar import mcnemar_p
from pipeline.core.study import Run

SMALL = 0.05


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Add p, and what it says, to the counts of each pair of metrics: metric_swap, where there are scores."""
    if not database.has_table(connection, "swap_counts"):
        return {}
    swaps = connection.execute("from swap_counts order by all").df()
    disagreeing = zip(swaps["emergent_under_from_only"], swaps["emergent_under_to_only"], strict=True)
    p = np.array([mcnemar_p(*counts) for counts in disagreeing], dtype=float)
    lost, gained = swaps["emergent_under_from_only"], swaps["emergent_under_to_only"]
    said = np.select(
        [lost + gained == 0, p >= SMALL, lost > gained],
        ["no curve differs", "not distinguishable from chance", "fewer under the second"],
        "more under the second",
    )
    return {"metric_swap": swaps.assign(mcnemar_p=p, difference=said)}
