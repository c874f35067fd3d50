from pathlib import Path

import pytest

from pipeline import fetch
from pipeline.errors import PipelineError
from pipeline.fetch import checkout, manifest
from pipeline.fetch.scorefiles import blob_sha1
from pipeline.settings import Settings
from tests.github_server import score_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "BIG-bench"
    for path, content in score_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_lists_every_score_file_with_its_hash(folder: Path) -> None:
    expected = {path: content for path, content in score_files().items() if "/results/" in path}
    listed = checkout.listing(folder)
    assert {file.path: (file.size, file.sha1) for file in listed.files} == {
        path: (len(content), blob_sha1(content)) for path, content in expected.items()
    }


def test_names_of_another_shape_are_refused(folder: Path) -> None:
    (folder / "bigbench/benchmark_tasks/task_0/results/scores_a b.json").write_bytes(b"{}")
    assert checkout.listing(folder).refused == ("bigbench/benchmark_tasks/task_0/results/scores_a b.json",)


def test_fetch_notes_the_files_and_copies_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(root=folder.parent, source="BIG-bench")
    products = fetch.run(settings)
    noted = manifest.read(settings)
    assert products == [manifest.path(settings)]
    assert all((settings.root / noted.folder / file.path).is_file() for file in noted.files)
    assert [file.name for file in settings.data.rglob("*") if file.is_file()] == ["manifest.json"]
    assert "12 score files" in capsys.readouterr().out


def test_a_folder_that_is_no_checkout_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no BIG-bench checkout.*Next: name the top of a checkout"):
        checkout.listing(tmp_path)


def test_a_folder_within_a_checkout_is_told_where_the_top_is(folder: Path) -> None:
    with pytest.raises(PipelineError, match=f"Next: name the top of the checkout, SOURCE={folder}"):
        checkout.listing(folder / "bigbench" / "benchmark_tasks")


def test_a_checkout_without_score_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bigbench" / "benchmark_tasks").mkdir(parents=True)
    with pytest.raises(PipelineError, match="lists no score file"):
        checkout.listing(tmp_path)


def test_a_source_that_is_neither_known_nor_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="SOURCE=nowhere is not a source.*Next: "):
        fetch.run(Settings(root=tmp_path, source="nowhere"))
