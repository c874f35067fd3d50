"""Scores of answers made by hand."""

import numpy as np
import pandas as pd
import pytest
from rapidfuzz.distance import Levenshtein

from pipeline.studies.networks import scoring
from pipeline.studies.networks.metrics import EXPECTED, GROUPS, METRICS, SAMPLED
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, Job, Recipe

RECIPE = Recipe(steps=1, batch=1, learning_rate=0.1, n_test=4)


def by_metric(experiment, **outcomes):
    table = scoring.score(Job(experiment, 8, 3, RECIPE), pd.DataFrame({"parameters": 99, **outcomes}))
    assert set(table["metric"]) == {metric.name for metric in METRICS if metric.experiment == experiment}
    [job] = table[["experiment", "size", "parameters", "seed"]].drop_duplicates().to_numpy().tolist()
    assert job == [experiment, 8, 99, 3]
    return table.set_index(["metric", "estimator", "test_size"])[["score", "standard_error"]]


def test_all_images_right_are_right_in_every_group():
    labels = np.arange(20) % 10
    table = by_metric(IMAGES, label=labels, predicted=labels)
    assert (table["score"] == 1).all()
    assert (table["standard_error"] == 0).all()


def test_images_and_groups():
    labels = np.zeros(20, dtype=int)
    table = by_metric(IMAGES, label=labels, predicted=np.where(np.arange(20) < 15, 0, 7))
    assert table.loc["accuracy", EXPECTED, 20].tolist() == pytest.approx([0.75, np.sqrt(0.75 * 0.25 / 20)])
    assert table.loc[("subset_accuracy_3", EXPECTED, 20), "score"] == pytest.approx(15 * 14 * 13 / (20 * 19 * 18))
    drawn = table.loc["subset_accuracy_3", SAMPLED, GROUPS]
    assert drawn["standard_error"] == pytest.approx(np.sqrt(drawn["score"] * (1 - drawn["score"]) / GROUPS))
    assert abs(drawn["score"] - 0.399) < 4 * drawn["standard_error"]


def test_reconstructions():
    table = by_metric(AUTOENCODERS, squared_error=[0.1, 0.25, 0.4, 1.25])
    scores = table["score"].droplevel(["estimator", "test_size"]).to_dict()
    # An error that equals the cutoff is not below it.
    assert scores == {
        "mean_squared_error": 0.5, "reconstruction_0.25": 0.25, "reconstruction_0.5": 0.75, "reconstruction_1": 0.75,
    }  # fmt: skip


def test_sums():
    targets = ["00001"] * 50
    answers = ["00001", "00002", "10000", "+0001"] + ["00001"] * 46
    table = by_metric(ADDITION, target=targets, answer=answers)["score"].droplevel(["estimator", "test_size"])
    assert table["exact_match"] == 47 / 50
    # One digit wrong, then a shift (two edits, two digits wrong), then a sign for a digit.
    assert table["token_edit_distance"] == pytest.approx((1 + 2 + 1) / 50)
    assert table["digit_accuracy"] == pytest.approx(1 - (1 + 2 + 1) / 250)


def test_a_shift_costs_fewer_edits_than_digits():
    assert scoring.edit_distances(["12345"], ["51234"]).tolist() == [2]
    assert scoring.digit_accuracies(["12345"], ["51234"]).tolist() == [0]
    assert Levenshtein.distance("12345", "51234") == 2


def test_small_test_sets_are_the_first_of_the_large_one():
    targets = ["00000"] * 200
    answers = ["00000"] * 50 + ["11111"] * 150
    table = by_metric(ADDITION, target=targets, answer=answers)["score"]
    assert table["exact_match", SAMPLED, 50] == 1
    assert table["exact_match", SAMPLED, 200] == 0.25
    assert set(table.index.get_level_values("test_size")) == {50, 200}


def test_scores_do_not_depend_on_the_order_of_jobs():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"parameters": 1, "label": rng.integers(2, size=60), "predicted": rng.integers(2, size=60)})
    one, other = (Job(IMAGES, size, 0, RECIPE) for size in (1, 2))
    first = scoring.score(one, frame)
    scoring.score(other, frame)
    pd.testing.assert_frame_equal(first, scoring.score(one, frame))
