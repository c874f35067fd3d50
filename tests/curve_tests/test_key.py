"""The fingerprint changes with all that a number depends on, and with nothing else."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import sharpness
from pipeline.settings import ROOT
from pipeline.sharpness import fingerprint as module
from pipeline.sharpness import plan, source, stage
from pipeline.sharpness.boot import SCHEDULE
from pipeline.sharpness.fingerprint import CHUNK_MODULES, MODULES, fingerprint, without_words
from tests.sharpness.made import frame_of, smooth_world

FOLDER = Path(sharpness.__file__).parent


def imported(name):
    """The modules of this folder that a module needs, itself included."""
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        for node in ast.walk(ast.parse((FOLDER / f"{one}.py").read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline.sharpness"):
                rest = (node.module or "").split(".")[2:]
                waiting += rest or [alias.name for alias in node.names]
    return found


def test_it_covers_all_modules_that_a_number_comes_from():
    assert imported("evaluate") == set(CHUNK_MODULES)
    assert imported("plan") | imported("table") == set(MODULES)


def test_words_do_not_count():
    plain = 'def f(x):\n    return x + 1\n\n\nNAME = "# not a comment"\n'
    worded = '''
"""A module
of two lines."""

# why
def f(x):  # what
    """Add one."""
    return x + 1
NAME = "# not a comment"
'''
    assert without_words(plain) == without_words(worded)
    assert "# not a comment" in without_words(worded)
    assert without_words(plain) != without_words(plain.replace("+ 1", "+ 2"))


def test_a_text_that_is_no_docstring_counts():
    # A query is code.
    assert without_words('QUERY = """\nselect 1\n"""\n') != without_words('QUERY = """\nselect 2\n"""\n')


def changed(frame, column, value):
    other = frame.copy()
    other[column] = other[column].astype(object)
    other.at[0, column] = value
    return other


@pytest.mark.parametrize(
    ("column", "value"),
    [("scores", np.array([0.5] * 10)), ("n_test", 21), ("chance", 0.1), ("set_aside", "flat"), ("family", "other")],
)
def test_every_input_changes_it(column, value):
    frame = frame_of(smooth_world(4, 20))
    assert fingerprint(frame, (10,), 1) != fingerprint(changed(frame, column, value), (10,), 1)


def test_replicates_seed_and_code_change_it_and_columns_that_are_not_used_do_not(monkeypatch):
    frame = frame_of(smooth_world(4, 20))
    known = fingerprint(frame, (10,), 1)
    assert known == fingerprint(frame.assign(curve_id=range(4)), (10,), 1)
    assert len({known, fingerprint(frame, (11,), 1), fingerprint(frame, (10,), 2)}) == 3
    monkeypatch.setattr(module, "code_version", lambda _: "other")
    assert fingerprint(frame, (10,), 1) != known


def test_a_missing_value_has_a_place():
    frame = frame_of(smooth_world(2, 20)).assign(n_test=pd.NA)
    assert fingerprint(frame, (10,), 1) == fingerprint(frame.copy(), (10,), 1)


def test_the_committed_table_was_made_by_this_code_from_these_scores(real):
    committed = ROOT / "outputs" / "tables" / stage.NAME
    assert stage.fingerprint_of(committed) == fingerprint(source.read(real), SCHEDULE, plan.SEED)
