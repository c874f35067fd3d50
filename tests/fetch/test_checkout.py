from pathlib import Path

import pytest

from pipeline import sources
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import checkout
from tests.github_server import score_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "BIG-bench"
    for path, content in score_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_lists_score_files_of_any_name_in_order_and_nothing_else(folder: Path) -> None:
    results = folder / "bigbench/benchmark_tasks/task_0/results"
    for name in ("scores_a b.json", "notes.json", "scores_a.json.bak"):
        (results / name).write_bytes(b"")
    expected = {path for path in score_files() if "/results/scores_" in path}
    odd = "bigbench/benchmark_tasks/task_0/results/scores_a b.json"
    assert checkout.list_paths(folder) == sorted({*expected, odd})


def test_fetch_counts_the_files_and_copies_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(root=folder.parent, source="BIG-bench")
    assert sources.fetch(settings) == []
    assert not settings.data.exists()
    assert "12 score files" in capsys.readouterr().out


def test_a_folder_that_is_no_checkout_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no BIG-bench checkout.*Next: name the top of a checkout"):
        checkout.list_paths(tmp_path)


def test_a_folder_within_a_checkout_is_told_where_the_top_is(folder: Path) -> None:
    with pytest.raises(PipelineError, match=f"Next: name the top of the checkout, SOURCE={folder}"):
        checkout.list_paths(folder / "bigbench" / "benchmark_tasks")


def test_a_checkout_without_score_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bigbench" / "benchmark_tasks").mkdir(parents=True)
    with pytest.raises(PipelineError, match=r"holds no score file .* Next: name the top"):
        checkout.list_paths(tmp_path)


def test_a_source_that_is_neither_known_nor_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="SOURCE=nowhere is not a source.*Next: "):
        sources.fetch(Settings(root=tmp_path, source="nowhere"))
