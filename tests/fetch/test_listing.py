import subprocess
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import PipelineError
from pipeline.fetch import listing
from pipeline.fetch.listing import Entry, ScoreFile, accept, blob_sha1, is_intact, is_score_path

GOOD = "bigbench/benchmark_tasks/logical_args/results/scores_BIG-G_128b_T=0.json"
HOSTILE = [
    "../bigbench/benchmark_tasks/a/results/scores_a.json",
    "/bigbench/benchmark_tasks/a/results/scores_a.json",
    "bigbench/benchmark_tasks/../results/scores_a.json",
    "bigbench/benchmark_tasks/./results/scores_a.json",
    "bigbench/benchmark_tasks//results/scores_a.json",
    "bigbench/benchmark_tasks/a/../../../results/scores_a.json",
    "bigbench/benchmark_tasks/a/results/scores_../../../../etc/a.json",
    "bigbench/benchmark_tasks/a/results/scores_..json",
    "bigbench/benchmark_tasks/a/results/scores_a.json\n",
    "bigbench/benchmark_tasks/a\n/results/scores_a.json",
    "bigbench/benchmark_tasks/a/results/scores_\x1b[31m.json",
    "bigbench/benchmark_tasks/a/results/scores_\0.json",
    "bigbench/benchmark_tasks/a/results/scores_a b.json",
    "bigbench/benchmark_tasks/a/results/scores_$(id).json",
    "bigbench/benchmark_tasks/a\\b/results/scores_a.json",
    "bigbench/benchmark_tasks/-a/results/scores_a.json",
    "bigbench/benchmark_tasks/ä/results/scores_a.json",
    "bigbench/benchmark_tasks/a/b/results/scores_a.json",
    f"bigbench/benchmark_tasks/{'a' * 10_000}/results/scores_a.json",
    f"bigbench/benchmark_tasks/a/results/scores_{'a' * 10_000}.json",
]


def entry(path: str = GOOD, content: bytes = b"{}", **changes: object) -> Entry:
    return Entry(**{"path": path, "mode": "100644", "size": len(content), "sha1": blob_sha1(content), **changes})


def test_hash_is_the_one_that_git_gives() -> None:
    content = b'{"scores": []}\n'
    given_by_git = subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
    assert blob_sha1(content) == given_by_git.stdout.decode().strip()


def test_published_names_are_score_paths() -> None:
    names = ["BIG-G_8b_T=0", "BIG-G_53m_sparse", "GPT_GPT-3_XL", "PaLM_535b", "Gopher_7.1B", "T0++_T0++", "T5-LM_T5-LM"]
    assert all(is_score_path(f"bigbench/benchmark_tasks/a_task-2/results/scores_{name}.json") for name in names)


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_names_are_no_score_paths(path: str) -> None:
    assert not is_score_path(path)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_a_score_path_stays_below_its_folder(task: str, name: str) -> None:
    path = f"bigbench/benchmark_tasks/{task}/results/scores_{name}.json"
    if is_score_path(path):
        parts = PurePosixPath(path).parts
        assert len(parts) == 5
        assert ".." not in parts
        assert path.isascii()
        assert path.isprintable()


def test_accept_takes_score_files_sorted_and_passes_over_others() -> None:
    other = entry("bigbench/benchmark_tasks/a/task.json")
    second = entry(GOOD.replace("128b", "64b"))
    listing = accept([second, other, entry()], "test")
    assert [file.path for file in listing.files] == [GOOD, second.path]
    assert listing.refused == ()


@pytest.mark.parametrize("path", [path for path in HOSTILE if path.endswith(".json")])
def test_accept_refuses_hostile_names_and_says_so(path: str) -> None:
    listing = accept([entry(), entry(path)], "test")
    assert [file.path for file in listing.files] == [GOOD]
    assert listing.refused in ((path,), ())


@pytest.mark.parametrize("mode", ["120000", "160000", "040000", "", "None"])
def test_accept_refuses_links_and_folders(mode: str) -> None:
    listing = accept([entry(), entry(GOOD.replace("128b", "1b"), mode=mode)], "test")
    assert len(listing.files) == len(listing.refused) == 1


def test_accept_takes_a_file_once_that_is_listed_twice_alike() -> None:
    assert len(accept([entry(), entry()], "test").files) == 1


def test_accept_stops_at_a_file_listed_twice_with_different_content() -> None:
    with pytest.raises(PipelineError, match="twice, with different content.*Next: "):
        accept([entry(), entry(content=b"[]")], "test")


@pytest.mark.parametrize(
    "changes",
    [
        *({"size": size} for size in (-1, None, "2", True, 2.0)),
        *({"sha1": sha1} for sha1 in (None, "A" * 40, "a" * 39, "a" * 40 + "\n", 7)),
    ],
)
def test_accept_stops_at_an_unusable_size_or_hash(changes: dict[str, object]) -> None:
    with pytest.raises(PipelineError, match="no usable size and hash"):
        accept([entry(**changes)], "test")


def test_accept_caps_the_size_of_a_file() -> None:
    with pytest.raises(PipelineError, match="more than"):
        accept([entry(size=listing.MAX_FILE_SIZE + 1)], "test")


def test_accept_caps_the_number_of_files_and_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_FILES", 1)
    with pytest.raises(PipelineError, match="at most 1 "):
        accept([entry(), entry(GOOD.replace("128b", "1b"))], "test")
    monkeypatch.setattr(listing, "MAX_TOTAL_SIZE", 1)
    with pytest.raises(PipelineError, match="at most"):
        accept([entry()], "test")


def test_accept_stops_where_there_is_no_score_file() -> None:
    with pytest.raises(PipelineError, match="lists no score file"):
        accept([entry("README.md")], "test")


def test_a_file_is_intact_only_with_its_size_and_hash() -> None:
    file = ScoreFile(GOOD, 2, blob_sha1(b"{}"))
    assert is_intact(file, b"{}")
    assert not is_intact(file, b"[]")
    assert not is_intact(file, b"{")
    assert not is_intact(ScoreFile(GOOD, 3, blob_sha1(b"{}")), b"{}")
