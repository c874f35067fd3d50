import json
from pathlib import Path

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import manifest
from pipeline.fetch.listing import ScoreFile
from pipeline.fetch.manifest import Manifest

FILES = (ScoreFile("bigbench/benchmark_tasks/a/results/scores_b.json", 2, "0" * 40),)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(root=tmp_path, source="official")


def test_what_is_written_is_read(settings: Settings) -> None:
    written = Manifest("data/raw/official/x", FILES, "main", "1" * 40)
    assert manifest.write(settings, written) == manifest.path(settings)
    assert manifest.read(settings) == written


def test_a_checkout_has_neither_ref_nor_commit(settings: Settings) -> None:
    manifest.write(settings, Manifest("../BIG-bench", FILES))
    assert manifest.read(settings) == Manifest("../BIG-bench", FILES, None, None)


def test_without_a_fetch_there_is_none(settings: Settings) -> None:
    with pytest.raises(PipelineError, match="no manifest yet.*Next: run `make fetch`"):
        manifest.read(settings)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": 3}', '{"files": [1]}', "null", "\udcff"])
def test_a_damaged_manifest_is_an_error(settings: Settings, content: str) -> None:
    path = manifest.path(settings)
    path.parent.mkdir(parents=True)
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(PipelineError, match="Next: "):
        manifest.read(settings)


def test_names_of_a_manifest_are_not_trusted_either(settings: Settings) -> None:
    path = manifest.write(settings, Manifest("x", FILES))
    document = json.loads(path.read_text())
    document["files"].append({**document["files"][0], "path": "../../results/scores_a.json"})
    path.write_text(json.dumps(document))
    assert manifest.read(settings).files == FILES
