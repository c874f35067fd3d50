"""The shape of the project: data flows one way, and a study is one folder."""

import pytest

from pipeline.core import freshness
from pipeline.core.settings import ROOT
from pipeline.studies.contents import STUDIES
from tests.conftest import SLOWEST

PIPELINE = ROOT / "pipeline"
# From the ground up: a folder, or a module beside the folders, imports only from those before it.
LAYERS = (
    "core",
    "samples",
    "simulated",
    "fetch",
    "load",
    "sources",
    "score",
    "curve_tests",
    "studies",
    "analyse",
    "report",
    "stages",
)
# `core/source.py` is what `sources.py` declares; what reads a source gets it handed over.
MODULES = sorted(path for path in PIPELINE.rglob("*.py") if path.parent != PIPELINE or path.stem in LAYERS)


def layer_of(path):
    return path.relative_to(PIPELINE).parts[0].removesuffix(".py")


def study_of(path):
    parts = path.relative_to(PIPELINE).parts
    return parts[1] if parts[0] == "studies" and len(parts) > 2 else None


def imports_of(path):
    found = (other for other in freshness.imported(path) if other.name != "__init__.py")
    return [other for other in found if other.is_relative_to(PIPELINE)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PIPELINE)))
def test_a_module_imports_only_from_below(path):
    own = LAYERS.index(layer_of(path))
    above = [str(other.relative_to(PIPELINE)) for other in imports_of(path) if LAYERS.index(layer_of(other)) > own]
    assert above == []


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_a_study_is_one_folder_that_imports_no_other(study):
    folder = PIPELINE / "studies" / study.name
    assert (folder / "section.py").is_file()
    assert (folder / "text.md.j2").is_file() or (folder / "methods.md.j2").is_file()
    others = {study_of(other) for path in folder.rglob("*.py") for other in imports_of(path)}
    assert others <= {study.name, None}


def test_every_folder_of_a_study_belongs_to_one():
    names = {study.name for study in STUDIES}
    for folder in (PIPELINE / "studies", ROOT / "sql" / "studies", ROOT / "sql" / "checks" / "studies"):
        found = {path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"}
        assert found <= names, folder


def test_beside_folders_there_are_six_modules():
    assert len([path for path in PIPELINE.iterdir() if path.is_file()]) <= 6


def test_no_module_is_named_like_a_test():
    names = [path.stem for path in PIPELINE.rglob("*.py")]
    assert [name for name in names if name.startswith("test_") or name.endswith("_test")] == []


def test_the_slowest_files_of_tests_are_there():
    assert [name for name in SLOWEST if not (ROOT / "tests" / name).is_file()] == []
