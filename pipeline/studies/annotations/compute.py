"""Association of annotation and metric in a two-by-two table of tasks."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2


def association(counts: np.ndarray) -> pd.DataFrame:
    """Fisher's exact test and the odds ratio of a two-by-two table, each with a 95 % interval.

    The sample odds ratio is ad / bc for counts [[a, b], [c, d]], with the interval exp(log OR +- 1.96 SE),
    SE^2 = 1/a + 1/b + 1/c + 1/d (Woolf 1955); where a cell is empty, a half is added to each (Haldane 1956,
    Anscombe 1956). With cells as small as three that interval is rough; the
    conditional estimate and its interval come from the same noncentral hypergeometric distribution as
    Fisher's test and agree with it.

    Args:
        counts: shape (2, 2), counts of tasks; rows are emergent and other, columns the two metrics and other.

    Returns:
        One row per statistic: `statistic`, `value`, `low`, `high`; p values have no interval.
    """
    woolf = Table2x2(counts.astype(float), shift_zeros=True)
    exact = stats.contingency.odds_ratio(counts.astype(int), kind="conditional")
    exact_interval = exact.confidence_interval(0.95)
    rows = [
        ("odds ratio, sample", woolf.oddsratio, *woolf.oddsratio_confint(0.05)),
        ("odds ratio, conditional", exact.statistic, exact_interval.low, exact_interval.high),
        ("Fisher's exact p, two-sided", stats.fisher_exact(counts).pvalue, np.nan, np.nan),
        ("Fisher's exact p, greater", stats.fisher_exact(counts, alternative="greater").pvalue, np.nan, np.nan),
    ]
    frame = pd.DataFrame(rows, columns=["statistic", "value", "low", "high"])
    return frame.astype({"value": float, "low": float, "high": float}).astype({"low": "Float64", "high": "Float64"})
