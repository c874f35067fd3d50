"""The table of tests: q values, and the verdict on a jump."""

import numpy as np
import pandas as pd
import pytest

from pipeline.curve_tests import table
from tests.made import curves_tested


def test_q_values_by_hand():
    # Benjamini and Hochberg: p m / rank, made monotone from the largest; the missing one is not looked at.
    found = table.adjusted(pd.Series([0.01, 0.02, np.nan, 0.04]))
    assert found.tolist() == pytest.approx([0.03, 0.03, np.nan, 0.04], nan_ok=True)
    assert table.adjusted(pd.Series([np.nan])).isna().all()


def test_a_jump_needs_both_tests_and_the_correction():
    rows = pd.DataFrame(
        {
            "basis": ["binomial"] * 5 + ["gaussian"],
            "break_p": [0.001, 0.001, 0.03, 0.3, np.nan, 0.001],
            "break_q": [0.01, 0.01, 0.2, 0.6, np.nan, 0.01],
            "break_lr_p": [0.01, 0.2, 0.01, np.nan, np.nan, np.nan],
        }
    )
    found = table.jump_verdict(rows)
    assert [value if isinstance(value, str) else None for value in found] == [
        "jump", "disagree", "hint", "none", None, "jump",
    ]  # fmt: skip


def test_emergent_under_a_convention():
    curves = curves_tested(3, emergent_under=[["a", "b"], ["b"], None])
    assert table.emergent_under(curves, "b").tolist() == [True, True, False]
    assert table.emergent_under(curves, "a").tolist() == [True, False, False]
