"""Networks that are trained for a moment: shapes, what they may see, and that a result depends on its job alone."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `make induce QUICK=1` installs it")
pytest.importorskip("sklearn", reason="scikit-learn is not installed: `make induce QUICK=1` installs it")

from pipeline.studies.networks import outcomes, sums  # noqa: E402
from pipeline.studies.networks.plan import ADDITION, AUTOENCODERS, IMAGES, Experiment, Job, Recipe  # noqa: E402
from pipeline.studies.networks.training import addition, autoencoders, digits, images, loop  # noqa: E402

RECIPES = {
    IMAGES: Recipe(steps=150, batch=32, learning_rate=0.01, n_test=300),
    AUTOENCODERS: Recipe(steps=150, batch=32, learning_rate=0.01, n_test=300),
    ADDITION: Recipe(steps=4, batch=8, learning_rate=0.03, n_test=20),
}


def job(experiment, size=8, seed=0):
    return Job(experiment, size, seed, RECIPES[experiment])


@pytest.mark.parametrize("experiment", RECIPES)
def test_the_same_job_gives_the_same_answers_whatever_came_before(experiment):
    first = outcomes.train(job(experiment))
    other = outcomes.train(job(experiment, seed=1))
    torch.manual_seed(99)
    pd.testing.assert_frame_equal(first, outcomes.train(job(experiment)))
    assert not first.equals(other)
    assert len(first) == RECIPES[experiment].n_test


def test_the_number_of_processes_changes_nothing(tmp_path):
    jobs = tuple(Experiment(ADDITION, "dimension", (2, 4), 1, RECIPES[ADDITION]).jobs())
    for workers in (1, 2):
        outcomes.kept(jobs, tmp_path / str(workers), "code", workers=workers)
    one, two = (sorted((tmp_path / str(workers)).rglob("*.parquet")) for workers in (1, 2))
    assert len(one) == 2
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_network_learns_to_name_digits():
    answers = outcomes.train(job(IMAGES))
    # Chance is one in ten.
    assert (answers["label"] == answers["predicted"]).mean() > 0.5


def test_an_autoencoder_beats_the_mean_image():
    train_images, test_images, _, _ = digits.split(loop.split_stream(job(AUTOENCODERS)), 300)
    of_mean = ((test_images - train_images.mean(axis=0)) ** 2).sum(axis=(1, 2)).mean()
    assert outcomes.train(job(AUTOENCODERS, size=16))["squared_error"].mean() < 0.8 * of_mean


def test_the_digits_are_split_without_overlap_and_alike_for_every_size():
    train_images, test_images, _, test_labels = digits.split(loop.split_stream(job(IMAGES)), 797)
    assert (train_images.shape, test_images.shape) == ((1000, 8, 8), (797, 8, 8))
    assert (train_images.min(), train_images.max()) == (0, 1)
    counts = np.bincount(test_labels)
    assert counts.max() - counts.min() <= 6
    again = digits.split(loop.split_stream(job(IMAGES, size=1)), 797)[1]
    assert np.array_equal(test_images, again)


def test_the_decoder_cannot_see_what_follows():
    network = addition.Decoder(4)
    tokens = torch.from_numpy(sums.encode(np.array([12345678]))[:, :-1])
    changed = tokens.clone()
    changed[:, -1] = (changed[:, -1] + 1) % 10
    before, after = network(tokens), network(changed)
    assert before.shape == (1, sums.LENGTH - 1, sums.TOKENS)
    assert torch.equal(before[:, :-1], after[:, :-1])
    assert not torch.equal(before[:, -1], after[:, -1])


def test_parameters_are_counted():
    # 9 + 1, 2 * 9 + 2, 8 + 1, 10 + 10; and 64 h + h, 64 h + 64.
    assert loop.count_parameters(images.build(1)) == 10 + 20 + 9 + 20
    assert loop.count_parameters(autoencoders.build(3)) == 195 + 256


def test_the_learning_rate_rises_and_falls():
    rates = [loop.pace(step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.2)
    assert max(rates) == pytest.approx(rates[4], rel=0.01)
    assert rates[50] == pytest.approx(0.5)
    assert rates[100] == pytest.approx(0, abs=1e-12)
