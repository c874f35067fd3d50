"""The classes of the number of test examples: sql/seeds/n_test_classes.csv, for what is not SQL."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

FILE = Path(__file__).resolve().parents[2] / "sql" / "seeds" / "n_test_classes.csv"

with FILE.open(encoding="utf-8", newline="") as _lines:
    _ROWS = list(csv.DictReader(_lines))

# From few to many.
CLASSES = tuple(row["n_test_class"] for row in _ROWS if row["least"])
(NOT_KNOWN,) = (row["n_test_class"] for row in _ROWS if not row["least"])
_LEAST = [int(row["least"]) for row in _ROWS if row["least"]]


def class_of(n_test: pd.Series) -> pd.Series:
    """The class of each number of test examples; null where it is not known."""
    edges = [*_LEAST, np.inf]
    return pd.cut(n_test.astype(float), edges, labels=list(CLASSES), right=False).astype(object)
