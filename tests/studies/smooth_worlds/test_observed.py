"""Curves that are emergent beside those that their smooth power laws give: counts whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from pipeline.studies.smooth_worlds.observed import observed_expected
from tests.made import curves_tested

CONVENTIONS = pd.DataFrame(
    {
        "convention": ["published", "signed", "with_infinite"],
        "is_absolute": [True, False, True],
        "keeps_infinite": [False, False, True],
    }
)
KEY = ["scenario", "convention", "metric", "n_test_class"]


def test_certain_scenarios_have_certain_counts():
    # p of 0 or 1 leaves no noise: a step is infinite in every scenario, a flat curve never is.
    step, flat, rise = [0.0, 0, 0, 0, 10], [10.0] * 5, [0.0, 0, 0, 10, 10]
    curves = curves_tested(3, expected_counts=[step, flat, rise], emergent_under=[["with_infinite"], [], []])
    found = observed_expected(curves, CONVENTIONS, 100.0, draws=5).set_index(KEY)
    kept = found.loc["binomial", "with_infinite", "all", "all"]
    assert (kept["curves"], kept["observed"], kept["expected"], kept["low"], kept["high"]) == (3, 1, 2, 2, 2)
    assert kept["p"] == 1
    assert found.loc["overdispersed", "published", "all", "all"]["expected"] == 0


def test_expected_counts_are_probabilities_summed():
    # One example at four scales with p = 1/2: E is infinite, of either sign, if exactly one of three steps is not zero.
    # Of 16 curves those are 0001, 0011, 0111 and their mirror images: 6 in 16.
    curves = curves_tested(40, expected_counts=[[0.5] * 4] * 40, n_test=1, n_scales=4)
    found = observed_expected(curves, CONVENTIONS, 100.0, draws=400).set_index(KEY)
    kept = found.loc["binomial", "with_infinite", "all", "all"]
    # 16,000 curves: three standard errors of the mean count.
    assert kept["expected"] == pytest.approx(40 * 6 / 16, abs=3 * np.sqrt(40 * 0.25 / 400))
    assert kept["low"] < kept["expected"] < kept["high"]
    assert kept["p"] == 1  # nothing was observed


def test_untested_and_other_metrics_are_on_neither_side():
    curves = curves_tested(3, is_tested=[True, False, True], basis=["binomial", "binomial", "gaussian"])
    curves["expected_counts"] = [[0.0, 0, 0, 0, 10]] * 3
    found = observed_expected(curves, CONVENTIONS, 100.0, draws=3)
    assert set(found["curves"]) == {1}
