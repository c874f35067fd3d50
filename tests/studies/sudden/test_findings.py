"""From tested curves to the benchmark: counts and shares whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from pipeline.settings import ROOT
from pipeline.sharpness import power, table
from pipeline.sharpness.observed import emergent, observed_expected, under
from pipeline.sharpness.shares import by_n, outcomes, populations, shares, untested, without_copies

READINGS = pd.DataFrame(
    {
        "reading": ["published", "signed", "with_infinite"],
        "is_absolute": [True, False, True],
        "keeps_infinite": [False, False, True],
    }
)
NO_CALIBRATION = pd.DataFrame(columns=["world", "test", "n_class", "condition", "rejected_share"])


def rows_with(number, **columns):
    """Tested curves of ten items, of which nothing is found, but for the columns that are given."""
    frame = pd.DataFrame(index=range(number), columns=table.names())
    frame[["task", "subtask", "metric", "shots", "family"]] = ["sums", "sums", "exact_str_match", 0, "GPT"]
    frame["subtask"] = [f"subtask {row}" for row in range(number)]
    frame[["basis", "status", "is_tested", "n_scales", "n_test"]] = ["binomial", "fitted", True, 5, 10]
    frame[["n_class", "rho", "jump", "is_aggregate"]] = ["10 to 49", 0.0, "none", False]
    for test in ("curvature", "emergence", "steep", "steeper", "break"):
        frame[[f"{test}_p", f"{test}_q"]] = 0.5
    frame[["without_1_surprise", "without_2_surprise", "without_1_width"]] = [0.5, 0.5, 0.3]
    frame[["without_1_covered", "without_2_covered", "jump_excluded_10", "jump_excluded_20"]] = True
    frame["emergent_under"] = [[] for _ in range(number)]
    frame["category"] = None
    for name, values in columns.items():
        frame[name] = values
    probabilities = [name for name in frame if name.endswith(("_p", "_q", "_surprise", "_width"))]
    return frame.astype(dict.fromkeys([*probabilities, "rho"], float)).astype({"is_tested": bool, "n_test": "Int64"})


def test_certain_worlds_have_certain_counts():
    # p of 0 or 1 leaves no noise: a step is infinite in every world, a flat curve never is.
    step, flat, rise = [0.0, 0, 0, 0, 10], [10.0] * 5, [0.0, 0, 0, 10, 10]
    curves = rows_with(3, expected_counts=[step, flat, rise], emergent_under=[["with_infinite"], [], []])
    found = observed_expected(curves, READINGS, 100.0, worlds=5).set_index(["world", "reading", "metric", "n_class"])
    kept = found.loc["binomial", "with_infinite", "all", "all"]
    assert (kept["curves"], kept["observed"], kept["expected"], kept["low"], kept["high"]) == (3, 1, 2, 2, 2)
    assert kept["p"] == 1
    assert found.loc["overdispersed", "published", "all", "all"]["expected"] == 0


def test_expected_counts_are_probabilities_summed():
    # One item at four scales with p = 1/2: E is infinite, of either sign, if exactly one of three steps is not zero.
    # Of 16 curves those are 0001, 0011, 0111 and their mirror images: 6 in 16.
    curves = rows_with(40, expected_counts=[[0.5] * 4] * 40, n_test=1, n_scales=4)
    found = observed_expected(curves, READINGS, 100.0, worlds=400).set_index(["world", "reading", "metric", "n_class"])
    kept = found.loc["binomial", "with_infinite", "all", "all"]
    # 16,000 curves: three standard errors of the mean count.
    assert kept["expected"] == pytest.approx(40 * 6 / 16, abs=3 * np.sqrt(40 * 0.25 / 400))
    assert kept["low"] < kept["expected"] < kept["high"]
    assert kept["p"] == 1  # nothing was observed


def test_untested_and_other_metrics_are_on_neither_side():
    curves = rows_with(3, is_tested=[True, False, True], basis=["binomial", "binomial", "gaussian"])
    curves["expected_counts"] = [[0.0, 0, 0, 0, 10]] * 3
    found = observed_expected(curves, READINGS, 100.0, worlds=3)
    assert set(found["curves"]) == {1}


def test_readings_on_arrays_are_those_of_the_seeds():
    scores = np.array([150.0, -150, np.inf, -np.inf, 3, 0])
    told = {
        (True, False): [1, 1, 0, 0, 0, 0],
        (False, False): [1, 0, 0, 0, 0, 0],
        (True, True): [1, 1, 1, 1, 0, 0],
        (False, True): [1, 0, 1, 0, 0, 0],
    }
    for (is_absolute, keeps_infinite), expected in told.items():
        found = emergent(scores, 100.0, is_absolute=is_absolute, keeps_infinite=keeps_infinite)
        assert found.astype(int).tolist() == expected


def share_of(found, name, level="p", population="all", metric="all proportions"):
    return found.set_index(["population", "metric", "property", "level"]).loc[population, metric, name, level]


def test_shares_over_curves_and_over_tasks_by_hand():
    # Three curves of one task, all curved; one of another, not: 3 of 4 curves, and 1/2 of the mean task.
    curves = rows_with(4, task=["a", "a", "a", "b"], curvature_p=[0.01, 0.02, 0.049, 0.05])
    found = share_of(shares(curves, ["published"], NO_CALIBRATION), "curved")
    assert (found["curves"], found["tasks"], found["hits"]) == (4, 2, 3)
    assert (found["share"], found["task_share"]) == (0.75, 0.5)
    # Resampled tasks are both a, both b, or one each.
    assert (found["low"], found["high"], found["task_low"], found["task_high"]) == (0, 1, 0, 1)
    assert np.isnan(found["null_share"])


def test_what_was_not_tested_counts_for_nothing():
    curves = rows_with(4, steeper_p=[0.01, 0.5, np.nan, np.nan], task=["a", "a", "b", "b"])
    found = share_of(shares(curves, [], NO_CALIBRATION), "steeper than the benchmark's slopes")
    assert (found["curves"], found["tasks"], found["share"], found["task_share"]) == (2, 1, 0.5, 0.5)


def test_one_task_has_an_interval_without_width():
    found = share_of(shares(rows_with(4, break_p=[0.01, 1, 1, 1]), [], NO_CALIBRATION), "broken")
    assert (found["share"], found["low"], found["high"]) == (0.25, 0.25, 0.25)


def test_copies_are_counted_once_and_only_where_there_is_an_original():
    families = ["BIG-G T=0", "BIG-G T=1", "BIG-G T=1", "GPT"]
    curves = rows_with(4, family=families, subtask=["a", "a", "b", "a"])
    assert list(without_copies(curves).index) == [0, 2, 3]
    # The original was not tested, so that the copy speaks for both.
    curves["is_tested"] = [False, True, True, True]
    assert list(without_copies(curves).index) == [1, 2, 3]


def test_populations():
    curves = rows_with(3, category=["emergent: PaLM", None, "flat"], emergent_under=[["a", "b"], ["b"], None])
    found = {name: chosen.tolist() for name, chosen in populations(curves, ["a", "b"]).items()}
    assert found == {
        "all": [True, True, True],
        "tasks annotated as emergent": [True, False, False],
        "emergent under a": [True, False, False],
        "emergent under b": [True, True, False],
    }
    assert "tasks annotated as emergent" not in populations(curves.assign(category=None), ["a"])
    assert under(curves, "b").tolist() == [True, True, False]


def test_untested_curves_are_counted_by_status():
    curves = rows_with(3, status=["fitted", "no_n", "no_n"], is_tested=[True, False, False])
    found = untested(curves, ["published"])
    assert found.to_numpy().tolist() == [["all", "binomial", "fitted", True, 1], ["all", "binomial", "no_n", False, 2]]


def calibrated(rows):
    columns = ["world", "test", "n_class", "condition", "curves", "replicates", "rejected_share", "low", "high"]
    return pd.DataFrame(rows, columns=columns).assign(code="other")


def calibration():
    return calibrated(
        [
            (power.SMOOTH_WORLD, "curvature", "10 to 49", "all", 9, 9, 0.04, 0, 1),
            (power.SMOOTH_WORLD, "curvature", "200 and more", "all", 9, 9, 0.08, 0, 1),
            (power.SMOOTH_WORLD, "curvature", "200 and more", "informative", 9, 9, 0.5, 0, 1),
            ("jump 0.3", "break", "200 and more", "all", 9, 9, 0.9, 0, 1),
        ]
    )


def test_level_and_power_are_weighted_by_the_sizes_of_the_curves_test_sets():
    sizes = pd.Series(["10 to 49", "10 to 49", "10 to 49", "200 and more"])
    measured = power.rejections(calibration())
    assert power.rejected(measured, sizes, "curvature", power.SMOOTH_WORLD) == pytest.approx(0.05)
    # Unknown for one class of n is unknown for all.
    assert np.isnan(power.rejected(measured, sizes, "break", "jump 0.3"))
    assert np.isnan(power.rejected(measured, sizes, "curvature", None))
    curves = rows_with(4, n_class=list(sizes))
    assert share_of(shares(curves, [], calibration()), "curved")["null_share"] == pytest.approx(0.05)


def test_every_calibrated_property_is_one():
    names = {name for name, _ in outcomes(rows_with(1))}
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
    assert found[["test", "world", "verdict", "is_current"]].to_numpy().tolist() == [
        ["break", "smooth", verdict, False]
    ]


def test_the_committed_calibration_is_of_the_code_of_the_tests():
    committed = pd.read_csv(ROOT / "outputs" / "tables" / "calibration.csv")
    assert power.verdicts(committed)["is_current"].all()


def test_what_is_seen_by_size_of_test_sets():
    curves = rows_with(3, n_class=["10 to 49", "200 and more", "200 and more"], jump_excluded_10=[False, True, False])
    found = by_n(curves, calibration()).set_index("n_class")
    assert found["curves"].to_dict() == {"10 to 49": 1, "200 and more": 2}
    assert found["excluded_10_share"].to_dict() == {"10 to 49": 0, "200 and more": 0.5}
    assert found.loc["200 and more", "found_share_0.3"] == 0.9


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
