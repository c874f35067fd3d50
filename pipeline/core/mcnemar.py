"""McNemar's test."""

from statsmodels.stats.contingency_tables import mcnemar


def mcnemar_p(from_only: int, to_only: int) -> float:
    """McNemar's exact two-sided p for paired yes and no: are both ways of disagreeing equally likely?

    Under the null the smaller count is Binomial(from_only + to_only, 1/2); p = min(1, 2 P(X <= min)). 1 without a
    disagreement.

    Args:
        from_only: pairs in which only the first is yes, such as curves that are emergent under the first metric only.
        to_only: pairs in which only the second is.
    """
    return float(mcnemar([[0, from_only], [to_only, 0]], exact=True).pvalue) if from_only + to_only else 1.0
