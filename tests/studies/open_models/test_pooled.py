"""Pooled sums as tidy tables, and what becomes of the same outputs."""

import numpy as np
import pandas as pd
import pytest

from pipeline.studies.open_models import pooled

MODELS = {"small": 1e8, "large": 1e10}


@pytest.fixture
def points():
    rows = [
        ("addition", shots, model, params, step, step * 2e6, 5000, 0.1 * step / 1000 + params / 1e11)
        for shots in (0, 4)
        for model, params in MODELS.items()
        for step in (1000, 2000)
        # The large model was not asked with four examples at the last step.
        if (shots, model, step) != (4, "large", 2000)
    ]
    return pd.DataFrame(rows, columns=["operation", "shots", "model", "params", "step", "tokens", "n_test", "score"])


@pytest.fixture
def losses():
    return pd.DataFrame({"model": ["small", "large"], "step": [1000, 1000], "loss": [3.0, 2.0]})


def test_sizes_are_compared_at_the_last_step_that_most_models_have(points, losses):
    by_size = pooled.tables(points, losses)["size"]
    steps = by_size.merge(points, on=["shots", "model", "score"])[["shots", "step"]].drop_duplicates()
    assert dict(zip(steps["shots"], steps["step"], strict=True)) == {0: 2000, 4: 1000}
    assert (by_size["family"] == pooled.FAMILY).all()


def test_a_model_s_curve_runs_over_its_tokens(points, losses):
    by_tokens = pooled.tables(points, losses)["tokens"]
    assert set(by_tokens["family"]) == set(MODELS)
    assert set(by_tokens["scale_name"]) == {"tokens"}
    assert by_tokens["scale"].tolist() == points["tokens"].tolist()


def test_the_log_of_the_scale_of_loss_is_minus_the_loss(points, losses):
    by_loss = pooled.tables(points, losses)["loss"]
    assert len(by_loss) == 4
    assert sorted(set(np.log(by_loss["scale"]).round(9))) == [-3.0, -2.0]


def test_resolution_counts_single_and_pooled_curves_alike():
    single = pd.DataFrame({"operation": ["addition"], "shots": [0], "n_test": [50], "curves": [100], "infinite": [30]})
    curves = pd.DataFrame(
        {
            "dataset": ["by size", "by size", "by tokens"],
            "operation": "addition",
            "shots": [0, 4, 0],
            "n_test": 5000,
            "emergence_status": ["finite", "infinite", "infinite"],
            "emergence_score": [120.0, np.inf, np.inf],
            "status": ["fitted", "no_n", "fitted"],
            "late_gain_q": [0.01, np.nan, 0.01],
            "broken_q": [0.2, np.nan, 0.01],
        }
    )
    found = pooled.resolution(single, curves)
    pooled_rows = found[found["n_test"] == 5000].set_index("shots")
    counted = ["curves", "finite", "flat", "infinite", "emergent_with_infinite", "tested", "late_gains", "broken"]
    assert pooled_rows.loc[0, counted].tolist() == [1, 1, 0, 0, 1, 1, 1, 0]
    assert pooled_rows.loc[4, counted].tolist() == [1, 0, 0, 1, 1, 0, 0, 0]
