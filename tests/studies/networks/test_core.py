"""The core needs none of what `make induce` installs."""

import ast
import sys

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT
from pipeline.studies.networks import outcomes, plan

EXTRA = {"torch", "sklearn"}
TRAINING = ROOT / "pipeline" / "studies" / "networks" / "training"


def imported(path):
    """The packages that a module imports anywhere in its text."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names} | {name for name in names if name.startswith("pipeline.")}


def test_all_but_training_works_without_torch():
    training = set(TRAINING.glob("*.py"))
    assert any(imported(path) & EXTRA for path in training)
    for path in set((ROOT / "pipeline").rglob("*.py")) - training:
        needs = imported(path)
        assert not needs & EXTRA, path
        assert not any(name.startswith("pipeline.studies.networks.training") for name in needs), path


def test_training_without_torch_says_what_to_do(monkeypatch):
    for name in EXTRA:
        monkeypatch.setitem(sys.modules, name, None)
    for name in list(sys.modules):
        if name.startswith("pipeline.studies.networks.training"):
            monkeypatch.delitem(sys.modules, name)
    with pytest.raises(PipelineError, match="torch is not installed.*Next: run `make induce`"):
        outcomes.train(next(plan.QUICK[0].jobs()))
