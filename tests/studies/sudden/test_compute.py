"""From tested curves to shares of the benchmark and common effects of models: numbers whose answers are known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.core.study import Run
from pipeline.studies.sudden import compute
from tests.made import curves_tested


def share_of(curves, test, resamples=200):
    everything = {compute.ALL: pd.Series(data=True, index=curves.index)}
    return compute.shares(curves, everything, resamples=resamples).set_index("test").loc[test]


def test_shares_over_curves_and_over_tasks_by_hand():
    # Three curves of one task, all curved; one of another, not: 3 of 4 curves, and 1/2 of the mean task.
    # q is 0.04, 0.04, 0.05 and 0.05.
    curves = curves_tested(4, task=["a", "a", "a", "b"], curved_p=[0.01, 0.02, 0.049, 0.05])
    found = share_of(curves, "curved")
    assert (found["curves"], found["tasks"], found["found"], found["found_corrected"]) == (4, 2, 3, 2)
    assert (found["share"], found["task_share"]) == (0.75, 0.5)
    # Resampled tasks are both a, both b, or one each.
    assert (found["low"], found["high"]) == (0, 1)


def test_a_test_that_cannot_reject_is_in_no_denominator():
    found = share_of(curves_tested(4, broken_p=[0.01, 0.5, np.nan, np.nan], task=["a", "a", "b", "b"]), "broken")
    assert (found["curves"], found["tasks"], found["share"], found["task_share"]) == (2, 1, 0.5, 0.5)
    nobody = curves_tested(2, broken_p=np.nan)
    assert "broken" not in set(compute.shares(nobody, {"all": pd.Series([True, True])})["test"])


def test_one_task_has_an_interval_without_width():
    found = share_of(curves_tested(4, without_1_upper_p=[0.01, 1, 1, 1]), "without_1_upper")
    assert (found["share"], found["low"], found["high"]) == (0.25, 0.25, 0.25)


def test_equal_tasks_have_an_interval_without_width():
    curves = curves_tested(4, task=["a", "a", "b", "b"], goodness_p=[0.01, 1, 0.01, 1])
    assert tuple(share_of(curves, "goodness")[["share", "low", "high"]]) == (0.5, 0.5, 0.5)


def test_excluded_jumps_are_counted_without_correction():
    found = share_of(curves_tested(3, jump_excluded_20=[True, False, None]), "jump_excluded_20")
    assert (found["curves"], found["found"], found["share"]) == (2, 1, 0.5)
    assert pd.isna(found["found_corrected"])


def test_the_resampling_is_the_same_each_time():
    curves = curves_tested(30, task=[f"t{row % 7}" for row in range(30)], curved_p=np.linspace(0, 0.1, 30))
    pd.testing.assert_series_equal(share_of(curves, "curved"), share_of(curves, "curved"))


def test_populations():
    curves = curves_tested(
        3, category=["emergent: PaLM", None, "flat"], emergent_under=[["published", "with_infinite"], ["signed"], None]
    )
    found = {name: chosen.tolist() for name, chosen in compute.populations(curves).items()}
    first = [True, False, False]
    assert found == {"all": [True, True, True], "annotated": first, "with_infinite": first, "published": first}


def test_a_population_without_a_curve_is_none():
    assert list(compute.populations(curves_tested(2, category=["flat", None]))) == ["all"]


def computed(connection, run=Run()):  # noqa: B008 - a tuple
    return compute.compute(connection, run)


def test_only_tested_proportions_that_are_no_copies_count(build):
    cold = {"family": "BIG-G T=0", "subtask": "same"}
    warm = {"family": "BIG-G T=1", "subtask": "same"}
    connection = build({}, cold, warm, {"is_tested": False}, {"basis": "gaussian"})
    found = computed(connection)
    assert set(found["tested_shares"].query("population == 'all' and test == 'goodness'")["curves"]) == {2}
    assert "common_effects" not in found


def test_annotations_are_of_published_scores(build):
    connection = build({"task": "codenames"}, {"task": "periodic_elements"}, {"task": "analogical_similarity"})
    connection.execute("update tested_curves set category = 'emergent: GPT-3' where task = 'codenames'")
    found = [set(computed(connection, Run(is_published=is_published))["tested_shares"]["population"])
             for is_published in (True, False)]  # fmt: skip
    assert found == [{"all", "annotated"}, {"all"}]


def test_without_a_tested_proportion_there_is_no_table(build):
    assert computed(build({"is_tested": False}, {"basis": "gaussian"})) == {}
    connection = build({})
    connection.execute("drop table tested_curves")
    assert computed(connection) == {}


def test_effects_are_made_of_late_tests_of_the_upper_side(build):
    three = [{"task": task, "without_1_upper_p": float(stats.norm.sf(z))} for task, z in (("a", 0), ("b", 3), ("c", 6))]
    effects = computed(build(*three))["common_effects"]
    assert effects["effect"].tolist() == pytest.approx([3.0])
    assert effects["model"].tolist() == ["model 4"]


def late(**z):
    """Upper p values of one model by task, of these z."""
    rows = [("GPT", "large", task, float(stats.norm.sf(value))) for task, values in z.items() for value in values]
    return pd.DataFrame(rows, columns=["family", "model", "task", "p"])


def only(frame):
    [found] = compute.common_effects(frame).to_dict("records")
    return found


def test_a_common_effect_by_hand():
    # Means of tasks 0, 3, 6, variance 1 each. Q = 18, c = 3 - 3/3 = 2, tau^2 = (18 - 2) / 2 = 8; variance 9 / 3.
    found = only(late(a=[-1, 0, 1], b=[3], c=[4, 8]))
    half = stats.norm.isf(0.025) * 3**0.5
    assert (found["family"], found["model"], found["curves"], found["tasks"]) == ("GPT", "large", 6, 3)
    assert found["effect"] == pytest.approx(3)
    assert (found["low"], found["high"]) == pytest.approx((3 - half, 3 + half))
    assert found["deviation"] == pytest.approx(8**0.5)


@pytest.mark.parametrize("z", [(1.0, 1.2, 1.1), (1.0, 1.0, 1.0), (0.5, 1.0, 1.5)])
def test_where_tasks_agree_they_do_not_differ_and_the_interval_is_that_of_their_mean(z):
    found = only(late(a=[z[0]], b=[z[1]], c=[z[2]]))
    half = stats.norm.isf(0.025) / 3**0.5
    assert found["deviation"] == 0
    assert found["effect"] == pytest.approx(np.mean(z))
    assert (found["low"], found["high"]) == pytest.approx((np.mean(z) - half, np.mean(z) + half))


def test_fewer_than_three_tasks_have_no_common_effect():
    assert compute.common_effects(late(a=[0, 1, 2], b=[3])).empty
    assert compute.common_effects(late()).empty


def test_a_p_of_zero_or_one_has_a_finite_z():
    frame = late(a=[0], b=[0], c=[0])
    frame["p"] = [0.0, 1.0, 0.5]
    assert np.isfinite(list(only(frame).values())[2:]).all()


def test_each_largest_model_has_an_effect_of_its_own():
    frame = pd.concat([late(a=[0], b=[3], c=[6]), late(a=[1], b=[4], c=[7]).assign(family="PaLM")])
    assert compute.common_effects(frame)[["family", "effect"]].to_numpy().tolist() == [
        ["GPT", pytest.approx(3)],
        ["PaLM", pytest.approx(4)],
    ]


def test_the_overview_of_effects_counts_intervals_that_exclude_0_on_either_side():
    rows = [("A", 0.2, 0.1, 0.3), ("B", -0.6, -0.9, -0.3), ("C", 0.5, -0.1, 1.1), ("D", -0.2, -0.3, -0.1)]
    effects = pd.DataFrame(rows, columns=["family", "effect", "low", "high"]).assign(model="m")
    (found,) = compute.overview(effects).to_dict("records")
    assert found == {
        "family": "B", "model": "m", "effect": -0.6, "low": -0.9, "high": -0.3, "families": 4, "above": 1, "below": 2,
    }  # fmt: skip
