"""McNemar's test of a metric swap."""

import duckdb
import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import mcnemar

from pipeline.core import database
from pipeline.core.study import Run


def compute(connection: duckdb.DuckDBPyConnection, _: Run) -> dict[str, pd.DataFrame]:
    """Add the p value to the counts of each pair of metrics; makes the table metric_swap, where there are scores."""
    if not database.has_table(connection, "swap_counts"):
        return {}
    swaps = connection.execute("from swap_counts order by all").df()
    disagreeing = zip(swaps["emergent_under_from_only"], swaps["emergent_under_to_only"], strict=True)
    p = np.array([mcnemar_p(*counts) for counts in disagreeing], dtype=float)
    return {"metric_swap": swaps.assign(mcnemar_p=p)}


def mcnemar_p(from_only: int, to_only: int) -> float:
    """McNemar's exact two-sided p for paired yes and no: are both ways of disagreeing equally likely?

    Under the null the smaller count is Binomial(from_only + to_only, 1/2); p = min(1, 2 P(X <= min)). 1 without a
    disagreement.

    Args:
        from_only: curves that are emergent under the first metric only.
        to_only: curves that are emergent under the second metric only.
    """
    return float(mcnemar([[0, from_only], [to_only, 0]], exact=True).pvalue) if from_only + to_only else 1.0
