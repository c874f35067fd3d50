"""What a table of tests was made from, as one hash: the scores, the code of the tests, the seed and the replicates.

It is the same on every machine: it is taken of inputs as the database holds them, before any arithmetic, and of the
code's text without comments, docstrings and blank lines, which change no number.
"""

import ast
import hashlib
import io
import tokenize
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.sharpness.source import KEY

# What the tests of a chunk of curves depend on, and what curve_tests depends on besides.
CHUNK_MODULES = (
    "boot", "bounds", "draws", "evaluate", "fit", "gaussian", "ladder", "likelihood_ratio", "model", "predict",
    "resolution", "score_tests",
)  # fmt: skip
MODULES = (*CHUNK_MODULES, "plan", "pooled", "source", "table")
INPUTS = (*KEY, "basis", "set_aside", "n_test", "chance", "scores", "params")


def fingerprint(frame: pd.DataFrame, reps: Sequence[int], seed: int) -> str:
    """The hash of a table made from a frame of `source.read`, with these replicates and this seed."""
    digest = hashlib.sha256(f"{code_version(MODULES)} {tuple(reps)} {seed}".encode())
    for row in frame[list(INPUTS)].itertuples(index=False):
        *values, scores, params = row
        numbers = [list(map(float, scores)), list(map(float, params))]
        digest.update(repr([None if pd.isna(value) else str(value) for value in values] + numbers).encode())
    return digest.hexdigest()


def code_version(modules: Sequence[str]) -> str:
    """The hash of modules of this folder, words left out."""
    folder = Path(__file__).parent
    texts = [without_words((folder / f"{name}.py").read_text(encoding="utf-8")) for name in modules]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def calibrated_code() -> str:
    """What calibration.csv is marked with: a short hash of the code that it was made by."""
    return code_version((*MODULES, "calibration"))[:12]


def without_words(code: str) -> str:
    """Python code without comments, docstrings, blank lines and spaces at the ends of lines."""
    lines = code.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for first, last in _docstrings(ast.parse(code)):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _docstrings(tree: ast.Module) -> list[tuple[int, int]]:
    """First and last line of every docstring."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and ast.get_docstring(node) is not None
    ]
    return [(node.lineno, node.end_lineno or node.lineno) for node in found]
