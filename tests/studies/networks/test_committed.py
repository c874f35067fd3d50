"""The committed tables of `make induce` agree with each other. Nothing is trained: processors do not round alike."""

import numpy as np
import pandas as pd
import pytest

from pipeline.core.settings import ROOT
from pipeline.studies.networks import stage, subset
from pipeline.studies.networks.metrics import EXPECTED, GROUP_SIZES, METRICS, subset_accuracy
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, FULL, IMAGES, N_TEST_IMAGES
from tests import oracle

FOLDER = ROOT / "outputs" / "tables"
CURVE = ["experiment", "metric", "estimator", "test_size", "seed"]


def committed(name):
    return pd.read_csv(FOLDER / f"{name}.csv", dtype={"seed": str})


@pytest.fixture(scope="module")
def scores():
    return committed("induced_scores")


def test_every_planned_network_has_every_score(scores):
    for experiment in FULL:
        own = scores[scores["experiment"] == experiment.name]
        planned = {(size, str(seed)) for size in experiment.sizes for seed in range(experiment.seeds)}
        for metric in (metric.name for metric in METRICS if metric.experiment == experiment.name):
            for _, family in own[own["metric"] == metric].groupby(["estimator", "test_size"]):
                assert set(zip(family["size"], family["seed"], strict=True)) == planned
                assert len(family) == len(planned)


def test_each_emergence_score_is_that_of_its_points(scores):
    turned = scores.assign(
        score=scores["score"].where(
            ~scores["metric"].isin(["mean_squared_error", "token_edit_distance"]), -scores["score"]
        )
    )
    medians = turned.groupby([*CURVE[:-1], "size"], as_index=False)["score"].median().assign(seed="median")
    curves = pd.concat([turned, medians]).sort_values("size").groupby(CURVE)["score"].apply(np.array)
    table = committed("induced_emergence").set_index(CURVE)
    assert set(table.index) == set(curves.index)
    for key, points in curves.items():
        status, score = table.loc[key, "status"], table.loc[key, "emergence_score"]
        found = oracle.emergence_score(points)
        assert status == oracle.status(points)
        assert np.isnan(score) if status == "flat" else score == pytest.approx(found, rel=1e-5)


def test_statuses_conventions_and_verdicts_are_what_the_queries_give(scores, project):
    made = stage.make_tables(scores, project)
    for name in ("induced_emergence", "induced_jumps"):
        # Ten digits are written.
        pd.testing.assert_frame_equal(made[name], committed(name), check_dtype=False, rtol=1e-5, atol=1e-9)


def test_sharp_scores_follow_from_smooth_ones_where_they_must(scores):
    wide = scores.pivot_table(index=["experiment", "size", "seed", "test_size"], columns="metric", values="score")
    addition = wide.loc[ADDITION]
    assert (addition["exact_match"] <= addition["digit_accuracy"] + 1e-9).all()
    # An edit distance is at most the number of wrong digits.
    assert (addition["token_edit_distance"] <= 5 * (1 - addition["digit_accuracy"]) + 1e-9).all()
    errors = wide.loc[AUTOENCODERS]
    # Markov's inequality for the images that are not below c.
    assert (1 - errors["reconstruction_1"] <= errors["mean_squared_error"] + 1e-9).all()
    assert (errors["reconstruction_0.25"] <= errors["reconstruction_0.5"]).all()
    assert (errors["reconstruction_0.5"] <= errors["reconstruction_1"]).all()


def test_subset_accuracies_follow_from_accuracies(scores):
    images = scores[(scores["experiment"] == IMAGES) & (scores["estimator"] == EXPECTED)]
    wide = images.pivot_table(index=["size", "seed"], columns="metric", values="score")
    correct = (wide["accuracy"] * N_TEST_IMAGES).round().astype(int)
    for size in GROUP_SIZES:
        expected = [subset.expected(count, N_TEST_IMAGES, size) for count in correct]
        assert np.allclose(wide[subset_accuracy(size)], expected, rtol=1e-6, atol=1e-12)
