"""Outputs -> scores, by hand."""

from math import comb

import pandas as pd
import pytest

from pipeline.studies.networks.metrics import CUTOFFS, METRICS, PAIRS
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, FULL, IMAGES, QUICK, SEQUENCES, Job, Recipe
from pipeline.studies.networks.scoring import score, subset_accuracy

RECIPE = Recipe(2, 1, 0.1, 4)


@pytest.mark.parametrize(("correct", "total", "size"), [(7, 10, 3), (10, 10, 6), (2, 10, 3), (5, 8, 1)])
def test_subset_accuracy_counts_all_groups(correct, total, size):
    assert subset_accuracy(correct, total, size) == pytest.approx(comb(correct, size) / comb(total, size))


@pytest.mark.parametrize(("correct", "total", "size"), [(1, 2, 3), (3, 2, 1), (1, 2, 0)])
def test_groups_that_there_are_not_are_refused(correct, total, size):
    with pytest.raises(ValueError, match="no groups"):
        subset_accuracy(correct, total, size)


def scored(experiment, **columns):
    outputs = pd.DataFrame(columns).assign(step=2, parameters=7)
    found = score(Job(experiment, 4, 1, RECIPE), outputs)
    assert set(found["metric"]) == {metric.name for metric in METRICS if metric.experiment == experiment}
    assert (found[["size", "parameters", "seed", "step"]].drop_duplicates().to_numpy() == [[4, 7, 1, 2]]).all()
    return found.set_index("metric")["score"]


def test_images_are_scored_one_by_one_and_ten_by_ten():
    found = scored(IMAGES, is_right=[True] * 19 + [False], loss=[0.5] * 20)
    assert found["accuracy"] == 0.95
    assert found["groups_of_10"] == 0.5
    assert found["subset_accuracy_10"] == pytest.approx(comb(19, 10) / comb(20, 10))


def test_reconstructions_are_scored_by_cutoff():
    found = scored(AUTOENCODERS, squared_error=[10.0, 20.0, 30.0, 50.0])
    assert found["mean_squared_error"] == 27.5
    assert [found[f"reconstruction_{name}"] for name in CUTOFFS] == [0.25, 0.5, 0.75]


def test_sequences_are_right_up_to_their_length():
    found = scored(SEQUENCES, is_right=[True] * 5 + [True] * 3 + [False, True], loss=[1.0] * 10)
    assert (found["image_accuracy"], found["all_of_3"], found["all_of_5"]) == (0.9, 1.0, 0.5)


def test_sums_are_scored_by_digit_by_edit_and_whole():
    found = scored(ADDITION, target=["12345", "00000"], answer=["12345", "10001"], loss=[0.0, 1.0])
    assert (found["digit_accuracy"], found["token_edit_distance"], found["exact_match"]) == (0.8, 1.0, 0.5)


def test_every_pair_of_the_plan_names_two_metrics_and_each_experiment_has_one_primary_pair():
    names = {(metric.experiment, metric.name) for metric in METRICS}
    assert all({(pair.experiment, pair.smooth), (pair.experiment, pair.sharp)} <= names for pair in PAIRS)
    for experiments in (FULL, QUICK):
        primary = sorted(pair.experiment for pair in PAIRS if pair.is_primary)
        assert primary == sorted(experiment.name for experiment in experiments)
