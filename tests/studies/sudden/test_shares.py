"""From tested curves to shares of the benchmark, with level and power beside them: numbers whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core import freshness
from pipeline.core.settings import ROOT
from pipeline.studies.sudden import power
from pipeline.studies.sudden.shares import by_n, outcomes, populations, shares, untested, without_copies
from tests.made import curves_tested


def share_of(found, name, level="p", population="all", metric="all proportions"):
    return found.set_index(["population", "metric", "property", "level"]).loc[population, metric, name, level]


def test_shares_over_curves_and_over_tasks_by_hand():
    # Three curves of one task, all curved; one of another, not: 3 of 4 curves, and 1/2 of the mean task.
    curves = curves_tested(4, task=["a", "a", "a", "b"], curvature_p=[0.01, 0.02, 0.049, 0.05])
    found = share_of(shares(curves, ["published"], power.NOTHING), "curved")
    assert (found["curves"], found["tasks"], found["hits"]) == (4, 2, 3)
    assert (found["share"], found["task_share"]) == (0.75, 0.5)
    # Resampled tasks are both a, both b, or one each.
    assert (found["low"], found["high"], found["task_low"], found["task_high"]) == (0, 1, 0, 1)
    assert np.isnan(found["null_share"])


def test_what_was_not_tested_counts_for_nothing():
    curves = curves_tested(4, steeper_p=[0.01, 0.5, np.nan, np.nan], task=["a", "a", "b", "b"])
    found = share_of(shares(curves, [], power.NOTHING), "steeper than the benchmark's slopes")
    assert (found["curves"], found["tasks"], found["share"], found["task_share"]) == (2, 1, 0.5, 0.5)


def test_one_task_has_an_interval_without_width():
    found = share_of(shares(curves_tested(4, break_p=[0.01, 1, 1, 1]), [], power.NOTHING), "broken")
    assert (found["share"], found["low"], found["high"]) == (0.25, 0.25, 0.25)


def test_copies_are_counted_once_and_only_where_there_is_an_original():
    families = ["BIG-G T=0", "BIG-G T=1", "BIG-G T=1", "GPT"]
    curves = curves_tested(4, family=families, subtask=["a", "a", "b", "a"])
    assert list(without_copies(curves).index) == [0, 2, 3]
    # The original was not tested, so that the copy speaks for both.
    curves["is_tested"] = [False, True, True, True]
    assert list(without_copies(curves).index) == [1, 2, 3]


def test_populations():
    curves = curves_tested(3, category=["emergent: PaLM", None, "flat"], emergent_under=[["a", "b"], ["b"], None])
    found = {name: chosen.tolist() for name, chosen in populations(curves, ["a", "b"]).items()}
    assert found == {
        "all": [True, True, True],
        "tasks annotated as emergent": [True, False, False],
        "emergent under a": [True, False, False],
        "emergent under b": [True, True, False],
    }
    assert "tasks annotated as emergent" not in populations(curves.assign(category=None), ["a"])


def test_untested_curves_are_counted_by_status():
    curves = curves_tested(3, status=["fitted", "no_n", "no_n"], is_tested=[True, False, False])
    found = untested(curves, ["published"])
    assert found.to_numpy().tolist() == [["all", "binomial", "fitted", True, 1], ["all", "binomial", "no_n", False, 2]]


def calibrated(rows):
    columns = ["scenario", "test", "n_test_class", "condition", "curves", "replicates", "rejected_share", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def calibration():
    return calibrated(
        [
            (power.SMOOTH_SCENARIO, "curvature", "10-49", "all", 9, 9, 0.04, 0, 1),
            (power.SMOOTH_SCENARIO, "curvature", "200+", "all", 9, 9, 0.08, 0, 1),
            (power.SMOOTH_SCENARIO, "curvature", "200+", "informative", 9, 9, 0.5, 0, 1),
            ("jump 0.3", "break", "200+", "all", 9, 9, 0.9, 0, 1),
        ]
    )


def test_level_and_power_are_weighted_by_the_sizes_of_the_curves_test_sets():
    sizes = pd.Series(["10-49", "10-49", "10-49", "200+"])
    measured = power.rejections(calibration())
    assert power.rejected(measured, sizes, "curvature", power.SMOOTH_SCENARIO) == pytest.approx(0.05)
    # Unknown for one class of n is unknown for all.
    assert np.isnan(power.rejected(measured, sizes, "break", "jump 0.3"))
    assert np.isnan(power.rejected(measured, sizes, "curvature", None))
    curves = curves_tested(4, n_test_class=list(sizes))
    assert share_of(shares(curves, [], calibration()), "curved")["null_share"] == pytest.approx(0.05)


def test_every_calibrated_property_is_one():
    names = {name for name, _ in outcomes(curves_tested(1))}
    assert set(power.OF_PROPERTY) <= names


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.02, "conservative"), (0.04, "holds"), (0.06, "holds"), (0.061, "liberal")]
)
def test_verdicts_of_calibration(share, verdict):
    rows = [
        ("smooth", "break", "all", "informative", 9, 9, share, 0, 1),
        ("smooth", "break", "all", "all", 9, 9, 1, 0, 1),
    ]
    found = power.verdicts(calibrated(rows))
    assert found[["test", "scenario", "verdict"]].to_numpy().tolist() == [["break", "smooth", verdict]]


def test_the_committed_calibration_is_of_the_code_of_the_tests():
    committed = ROOT / "outputs" / "tables" / "calibration.csv"
    assert freshness.is_made_from(committed, freshness.code_key("pipeline.curve_tests.calibration"))


def test_what_is_seen_by_size_of_test_sets():
    curves = curves_tested(3, n_test_class=["10-49", "200+", "200+"], jump_excluded_10=[False, True, False])
    found = by_n(curves, calibration()).set_index("n_test_class")
    assert found["curves"].to_dict() == {"10-49": 1, "200+": 2}
    assert found["excluded_10_share"].to_dict() == {"10-49": 0, "200+": 0.5}
    assert found.loc["200+", "found_share_0.3"] == 0.9
