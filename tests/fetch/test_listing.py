import subprocess

import pytest

from pipeline.core.errors import PipelineError
from pipeline.fetch import listing
from pipeline.fetch.listing import Entry, ScoreFile, blob_sha1, is_intact
from pipeline.fetch.remote import BIGBENCH
from tests.fetch.conftest import HOSTILE, REMOTES

GOOD = "bigbench/benchmark_tasks/logical_args/results/scores_BIG-G_128b_T=0.json"


def accept(entries: list[Entry]) -> listing.Listing:
    return listing.accept(entries, BIGBENCH, "test")


def entry(path: str = GOOD, content: bytes = b"{}", **changes: object) -> Entry:
    return Entry(**{"path": path, "mode": "100644", "size": len(content), "sha1": blob_sha1(content), **changes})


def test_hash_is_the_one_that_git_gives() -> None:
    content = b'{"scores": []}\n'
    given_by_git = subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
    assert blob_sha1(content) == given_by_git.stdout.decode().strip()


def test_accept_takes_score_files_sorted_and_passes_over_others() -> None:
    other = entry("bigbench/benchmark_tasks/a/task.json")
    second = entry(GOOD.replace("128b", "64b"))
    found = accept([second, other, entry()])
    assert [file.path for file in found.files] == [GOOD, second.path]
    assert found.refused == ()


@pytest.mark.parametrize(("source", "path"), [pair for pair in HOSTILE if pair[1].endswith(".json")])
def test_accept_refuses_hostile_names_and_says_so(source: str, path: str) -> None:
    remote = REMOTES[source]
    good = GOOD if source == "official" else f"{remote.folder}/a.json"
    found = listing.accept([entry(good), entry(path)], remote, "test")
    assert [file.path for file in found.files] == [good]
    assert found.refused in ((path,), ())


@pytest.mark.parametrize("mode", ["120000", "160000", "040000", "", "None"])
def test_accept_refuses_links_and_folders(mode: str) -> None:
    found = accept([entry(), entry(GOOD.replace("128b", "1b"), mode=mode)])
    assert len(found.files) == len(found.refused) == 1


def test_accept_takes_a_file_once_that_is_listed_twice_alike() -> None:
    assert len(accept([entry(), entry()]).files) == 1


def test_accept_stops_at_a_file_listed_twice_with_different_content() -> None:
    with pytest.raises(PipelineError, match="twice, with different content.*Next: "):
        accept([entry(), entry(content=b"[]")])


@pytest.mark.parametrize(
    "changes",
    [
        *({"size": size} for size in (-1, None, "2", True, 2.0)),
        *({"sha1": sha1} for sha1 in (None, "A" * 40, "a" * 39, "a" * 40 + "\n", 7)),
    ],
)
def test_accept_stops_at_an_unusable_size_or_hash(changes: dict[str, object]) -> None:
    with pytest.raises(PipelineError, match="no usable size and hash"):
        accept([entry(**changes)])


def test_accept_caps_the_size_of_a_file() -> None:
    with pytest.raises(PipelineError, match="more than"):
        accept([entry(size=listing.MAX_FILE_SIZE + 1)])


def test_accept_caps_the_number_of_files_and_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_FILES", 1)
    with pytest.raises(PipelineError, match="at most 1 "):
        accept([entry(), entry(GOOD.replace("128b", "1b"))])
    monkeypatch.setattr(listing, "MAX_TOTAL_SIZE", 1)
    with pytest.raises(PipelineError, match="at most"):
        accept([entry()])


def test_accept_stops_where_there_is_no_score_file() -> None:
    with pytest.raises(PipelineError, match="lists no score file"):
        accept([entry("README.md")])


def test_a_file_is_intact_only_with_its_size_and_hash() -> None:
    file = ScoreFile(GOOD, 2, blob_sha1(b"{}"))
    assert is_intact(file, b"{}")
    assert not is_intact(file, b"[]")
    assert not is_intact(file, b"{")
    assert not is_intact(ScoreFile(GOOD, 3, blob_sha1(b"{}")), b"{}")
