"""Association in two-by-two tables, against numbers worked out by hand and by the closed form."""

import math

import numpy as np
import pytest
from scipy import stats

from pipeline.studies.annotations.compute import association


def table_of(counts):
    return association(np.array(counts)).set_index("statistic")


def test_no_association_is_an_odds_ratio_of_one():
    table = table_of([[10, 20], [30, 60]])
    assert table.loc["odds ratio, sample", "value"] == 1.0
    assert table.loc["Fisher's exact p, two-sided", "value"] == pytest.approx(1.0)
    assert table.loc["odds ratio, sample", "low"] < 1 < table.loc["odds ratio, sample", "high"]


def test_sample_odds_ratio_and_woolf_interval():
    a, b, c, d = 62, 3, 75, 27
    row = table_of([[a, b], [c, d]]).loc["odds ratio, sample"]
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    log_ratio = math.log(a * d / (b * c))
    assert row["value"] == pytest.approx(a * d / (b * c))
    assert row["low"] == pytest.approx(math.exp(log_ratio - stats.norm.ppf(0.975) * error))
    assert row["high"] == pytest.approx(math.exp(log_ratio + stats.norm.ppf(0.975) * error))


def test_fisher_is_the_hypergeometric_tail():
    a, b, c, d = 62, 3, 75, 27
    tail = stats.hypergeom.sf(a - 1, a + b + c + d, a + c, a + b)
    assert table_of([[a, b], [c, d]]).loc["Fisher's exact p, greater", "value"] == pytest.approx(tail)


def test_p_values_have_no_interval():
    table = table_of([[5, 6], [7, 8]])
    assert table.loc["Fisher's exact p, greater", ["low", "high"]].isna().all()


def test_an_empty_cell_makes_no_false_certainty():
    row = table_of([[5, 0], [5, 5]]).loc["odds ratio, conditional"]
    assert row["value"] == math.inf
    assert row["high"] == math.inf
    assert math.isfinite(row["low"])
