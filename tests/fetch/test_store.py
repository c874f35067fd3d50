import os
from pathlib import Path

import pytest

from pipeline.core.errors import PipelineError
from pipeline.fetch.listing import ScoreFile, blob_sha1
from pipeline.fetch.store import Store, alone

CONTENT = b'{"scores": []}'
FILE = ScoreFile("bigbench/benchmark_tasks/a/results/scores_b.json", len(CONTENT), blob_sha1(CONTENT))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files", tmp_path / ".partial")


def test_a_file_with_the_right_bytes_is_kept(store: Store) -> None:
    assert store.keep(FILE, CONTENT)
    assert (store.folder / FILE.path).read_bytes() == CONTENT
    assert store.missing([FILE]) == []


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b" ", CONTENT[::-1]])
def test_other_bytes_leave_nothing(store: Store, content: bytes) -> None:
    assert not store.keep(FILE, content)
    assert not store.folder.exists()


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT[::-1]])
def test_a_torn_file_is_missing_and_replaced(store: Store, content: bytes) -> None:
    store.keep(FILE, CONTENT)
    (store.folder / FILE.path).write_bytes(content)
    assert store.missing([FILE]) == [FILE]
    store.keep(FILE, CONTENT)
    assert store.missing([FILE]) == []


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    target = store.folder / FILE.path
    target.parent.mkdir(parents=True)
    target.symlink_to(outside)
    assert store.missing([FILE]) == [FILE]
    store.keep(FILE, CONTENT)
    assert outside.read_bytes() == b"mine"
    assert not target.is_symlink()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")
    with pytest.raises(PipelineError, match="cannot be written.*Next: "):
        Store(tmp_path / "files", tmp_path / ".partial").keep(FILE, CONTENT)


def test_a_full_disk_is_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PipelineError, match="No space left on device.*Next: "):
        store.keep(FILE, CONTENT)


def test_two_fetches_do_not_share_a_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with alone(home), pytest.raises(PipelineError, match="another fetch is at work.*Next: "), alone(home):
        pass
    with alone(home):
        pass
