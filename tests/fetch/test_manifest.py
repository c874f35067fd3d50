import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import manifest
from pipeline.fetch.listing import ScoreFile
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.remote import BIGBENCH

FILES = (ScoreFile("bigbench/benchmark_tasks/a/results/scores_b.json", 2, "0" * 40),)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(root=tmp_path, source="official")


def test_what_is_written_is_read(settings: Settings) -> None:
    written = Manifest("data/raw/official/x", FILES, "main", "1" * 40)
    assert manifest.write(settings, written) == manifest.path(settings)
    assert manifest.read(settings, BIGBENCH) == written


def test_one_that_names_no_place_is_of_bigbench(settings: Settings) -> None:
    path = manifest.write(settings, Manifest("x", FILES, "main", "1" * 40))
    document = json.loads(path.read_text())
    assert document.pop("remote") == "google/BIG-bench/bigbench/benchmark_tasks"
    path.write_text(json.dumps(document))
    assert manifest.read(settings, BIGBENCH) == Manifest("x", FILES, "main", "1" * 40)


def test_one_of_another_place_is_none(settings: Settings) -> None:
    manifest.write(settings, Manifest("x", FILES, "main", "1" * 40))
    for other in (replace(BIGBENCH, repository="a/b"), replace(BIGBENCH, folder="a")):
        assert manifest.find(settings, other) is None
        with pytest.raises(PipelineError, match=f"no manifest of {other.place} yet.*Next: run `make fetch`"):
            manifest.read(settings, other)


def test_without_a_fetch_there_is_none(settings: Settings) -> None:
    with pytest.raises(
        PipelineError, match="no manifest of google/BIG-bench/bigbench/benchmark_tasks yet.*Next: run `make fetch`"
    ):
        manifest.read(settings, BIGBENCH)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": 3}', '{"files": [1]}', "null", "\udcff"])
def test_a_damaged_manifest_is_an_error(settings: Settings, content: str) -> None:
    path = manifest.path(settings)
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(PipelineError, match="Next: "):
        manifest.read(settings, BIGBENCH)


def test_names_of_a_manifest_are_not_trusted_either(settings: Settings) -> None:
    path = manifest.write(settings, Manifest("x", FILES, "main", "1" * 40))
    document = json.loads(path.read_text())
    document["files"].append({**document["files"][0], "path": "../../results/scores_a.json"})
    path.write_text(json.dumps(document))
    assert manifest.read(settings, BIGBENCH).files == FILES
