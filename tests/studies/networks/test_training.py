"""Networks that are trained for a moment: shapes, what they may see, and that a result depends on its job alone."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `make induce QUICK=1` installs it")

from pipeline.studies.networks import mnist, outputs, sums  # noqa: E402
from pipeline.studies.networks.plan import (  # noqa: E402
    ADDITION,
    AUTOENCODERS,
    CHECKPOINTS,
    IMAGES,
    SEQUENCES,
    Experiment,
    Job,
    Recipe,
)
from pipeline.studies.networks.training import addition, autoencoders, images, loop, sequences  # noqa: E402

RECIPES = {
    IMAGES: Recipe(steps=64, batch=32, learning_rate=0.01, n_test=300),
    AUTOENCODERS: Recipe(steps=64, batch=32, learning_rate=0.01, n_test=300),
    SEQUENCES: Recipe(steps=16, batch=8, learning_rate=0.03, n_test=20),
    ADDITION: Recipe(steps=16, batch=8, learning_rate=0.03, n_test=20),
}
ROWS = {IMAGES: 300, AUTOENCODERS: 300, SEQUENCES: 100, ADDITION: 20}


@pytest.fixture(autouse=True)
def _striped(monkeypatch):
    """Images of ten kinds that any network can tell, in the place of MNIST's."""
    rng = np.random.default_rng(7)

    def drawn(count):
        labels = np.arange(count) % 10
        shown = rng.random((count, 28, 28), dtype=np.float32) * 0.1
        for place, label in enumerate(labels):
            shown[place, 2 * label : 2 * label + 4] = 0.9
        return shown, labels

    data = mnist.Mnist(*drawn(1_000), *drawn(300))
    monkeypatch.setattr(mnist, "load", lambda _: data)


def job(experiment, size=8, seed=0):
    return Job(experiment, size, seed, RECIPES[experiment])


def train(one, folder="."):
    return outputs.train(one, folder)


@pytest.mark.parametrize("experiment", RECIPES)
def test_the_same_job_gives_the_same_outputs_whatever_came_before(experiment):
    first = train(job(experiment))
    other = train(job(experiment, seed=1))
    torch.manual_seed(99)
    pd.testing.assert_frame_equal(first, train(job(experiment)))
    assert not first.equals(other)
    steps = RECIPES[experiment].steps
    assert first.groupby("step").size().to_dict() == dict.fromkeys(
        [round(share * steps) for share in CHECKPOINTS], ROWS[experiment]
    )


def test_the_number_of_processes_changes_nothing(tmp_path):
    jobs = tuple(Experiment(ADDITION, "dimension", (2, 4), 1, RECIPES[ADDITION]).jobs())
    for workers in (1, 2):
        outputs.kept(jobs, tmp_path / str(workers), "code", tmp_path, workers=workers)
    one, two = (sorted((tmp_path / str(workers)).rglob("*.parquet")) for workers in (1, 2))
    assert len(one) == 2
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_network_learns_to_name_images():
    found = train(job(IMAGES))
    assert found[found["step"] == 64]["is_right"].mean() > 0.5


def test_an_autoencoder_improves():
    found = train(job(AUTOENCODERS, size=16)).groupby("step")["squared_error"].mean()
    assert found.iloc[-1] < 0.5 * found.iloc[0]


def test_the_decoder_cannot_see_what_follows():
    network = addition.Decoder(4)
    tokens = torch.from_numpy(sums.encode(np.array([12345678]))[:, :-1])
    changed = tokens.clone()
    changed[:, -1] = (changed[:, -1] + 1) % 10
    before, after = network(tokens), network(changed)
    assert before.shape == (1, sums.LENGTH - 1, sums.TOKENS)
    assert torch.equal(before[:, :-1], after[:, :-1])
    assert not torch.equal(before[:, -1], after[:, -1])


def test_the_reader_sees_no_label_before_it_has_named_the_image():
    network = sequences.Reader(4)
    shown, labels = torch.rand(1, 5, sequences.CELLS), torch.zeros(1, 5, dtype=torch.long)
    before, after = network(shown, labels), network(shown, torch.tensor([[0, 0, 7, 0, 0]]))
    assert before.shape == (1, 5, 10)
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.equal(before[:, 3:], after[:, 3:])


def test_parameters_are_counted():
    # 25 + 1, 2 * 9 + 2, 50 * 4 + 4, 4 * 10 + 10; and 784 h + h, 784 h + 784.
    assert loop.count_parameters(images.build(1)) == 26 + 20 + 204 + 50
    assert loop.count_parameters(autoencoders.build(3)) == 3 * 785 + 4 * 784


def test_the_learning_rate_rises_and_falls():
    rates = [loop.pace(step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.2)
    assert max(rates) == pytest.approx(rates[4], rel=0.01)
    assert rates[50] == pytest.approx(0.5)
    assert rates[100] == pytest.approx(0, abs=1e-12)
