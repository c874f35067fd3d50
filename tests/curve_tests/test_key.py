"""The key of a table of tests changes with all that a number depends on, and with nothing else."""

import ast

import numpy as np
import pandas as pd
import pytest

from pipeline.core import freshness
from pipeline.core.parallel import Work
from pipeline.core.settings import ROOT
from pipeline.curve_tests import evaluate, parts, plan, source, stage, table, world_tables, worlds
from pipeline.curve_tests.ratios import MOST
from pipeline.curve_tests.stage import key_of
from tests.made import frame_of, smooth_counts


def made_up(number=4):
    return frame_of(smooth_counts(number, 20), 20)


def imported(*modules):
    """The files of this project that modules need, found by following every `from ... import`."""
    found, waiting = set(), list(modules)
    while waiting:
        name = waiting.pop()
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline"):
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


@pytest.fixture
def keyed(monkeypatch):
    """A function that tells which files' code goes into the key that a module makes while some work is done."""

    def files_of(module, work):
        named = []
        monkeypatch.setattr(module, "code_key", lambda *names: named.extend(names) or "code")
        work()
        return {path for path in freshness.closure(*named) if path.name != "__init__.py"}

    return files_of


def test_it_covers_all_modules_that_a_number_comes_from(keyed, tmp_path):
    of_a_chunk = keyed(parts, lambda: parts.run([], Work(tmp_path)))
    of_the_table = keyed(freshness, lambda: key_of(made_up(), 10, 1))
    assert of_a_chunk == imported(evaluate.evaluate.__module__)
    assert of_the_table >= imported(plan.plan.__module__, table.curve_tests.__module__)
    assert {path.stem for path in of_a_chunk} > {"likelihood", "fitting", "ratios", "forecast", "jumps", "normal"}
    assert {path.stem for path in of_the_table} > {"correlation", "source", *(path.stem for path in of_a_chunk)}


def test_that_of_smooth_worlds_covers_theirs():
    own = {path for path in freshness.closure(world_tables.__name__) if path.name != "__init__.py"}
    assert own == imported(world_tables.__name__)
    assert own >= imported(worlds.__name__)
    assert {"scenarios", "emergence", "forecast"} < {path.stem for path in own}


def changed(frame, column, value):
    other = frame.copy()
    other[column] = other[column].astype(object)
    other.at[0, column] = value
    return other


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("scores", np.array([0.5] * 10)),
        ("scale", np.arange(10.0)),
        ("error", np.array([0.1] * 10)),
        ("n_test", 21),
        ("chance", 0.1),
        ("basis", "gaussian"),
        ("set_aside", "flat"),
        ("family", "other"),
    ],
)
def test_every_input_changes_it(column, value):
    assert key_of(made_up(), 10, 1) != key_of(changed(made_up(), column, value), 10, 1)


def test_draws_seed_and_code_change_it_and_columns_that_are_not_used_do_not(monkeypatch):
    known = key_of(made_up(), 10, 1)
    assert known == key_of(made_up().assign(curve_id=range(4)), 10, 1)
    assert len({known, key_of(made_up(), 11, 1), key_of(made_up(), 10, 2)}) == 3
    monkeypatch.setattr(freshness, "code_key", lambda *_: "other")
    assert key_of(made_up(), 10, 1) != known


def test_a_missing_value_has_a_place():
    frame = made_up(2).assign(n_test=pd.NA)
    assert key_of(frame, 10, 1) == key_of(frame.copy(), 10, 1)


def test_the_committed_table_was_made_by_this_code_from_these_scores(real):
    assert freshness.is_made_from(ROOT / "outputs" / "tables" / stage.NAME, key_of(source.read(real), MOST, plan.SEED))
