import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import transport_https
from pipeline.fetch.web import Patience
from tests.fetch.conftest import expected, fetch, fetched, home, tree
from tests.github_server import COMMIT, FOR_EVER, GitHubServer, repository_of, serving

SCORES = "bigbench/benchmark_tasks/task_0/results/scores_BIG-G_0b_T=0.json"
TEN_GB = 10 << 30


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, **changes: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    for key, value in changes.items():
        setattr(info, key, value)
    return info


def hostile_members(path: str) -> list[tarfile.TarInfo]:
    """Members that must not be written; `path` is that of a score file."""
    return [
        member("../../outside.json", size=3),
        member("/tmp/outside.json", size=3),  # noqa: S108 - a name that must not be written
        member(f"BIG-bench/../{path}", size=3),
        member(f"/{path}", size=3),
        member(f"BIG-bench/{path}", tarfile.SYMTYPE, linkname="/etc/passwd"),
        member(f"BIG-bench/{path}", tarfile.LNKTYPE, linkname="/etc/passwd"),
        member(f"BIG-bench/{path}", tarfile.LNKTYPE, linkname="BIG-bench/README.md"),
        member(f"BIG-bench/{path}", tarfile.CHRTYPE, devmajor=1, devminor=5),
        member(f"BIG-bench/{path}", tarfile.BLKTYPE),
        member(f"BIG-bench/{path}", tarfile.FIFOTYPE),
        member(f"BIG-bench/{path}", tarfile.DIRTYPE),
        member(f"BIG-bench/{path}", tarfile.CONTTYPE, size=3),
        member(f"BIG-bench/{path}", size=3),
        member("BIG-bench/" + "x" * 10_000, size=3),
        member("BIG-bench/" + "x/" * 5_000 + "y", size=3),
        member("", size=3),
    ]


@pytest.mark.usefixtures("few_single_files")
def test_hostile_members_are_passed_over(
    source: str, tmp_path: Path, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    repository = repository_of(source)
    members = hostile_members(next(iter(expected(repository))))
    repository.extra_members = [(info, b"bad"[: info.size]) for info in members]
    with serving(repository) as server:
        settings = settings_for(server)
        fetch(settings, patience)
        assert fetched(settings, COMMIT) == expected(repository)
        assert not server.asked("raw")
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


def lying(info: tarfile.TarInfo, form: int = tarfile.GNU_FORMAT) -> bytes:
    """An archive whose one header declares more than follows."""
    return gzip.compress(info.tobuf(form) + b"\0" * 100_000)


LYING = {
    "file": lying(member(f"BIG-bench/{SCORES}", size=TEN_GB)),
    "other file": lying(member("BIG-bench/README.md", size=TEN_GB)),
    "long name": lying(member("././@LongLink", tarfile.GNUTYPE_LONGNAME, TEN_GB)),
    "long link": lying(member("././@LongLink", tarfile.GNUTYPE_LONGLINK, TEN_GB)),
    "extended header": lying(member("x", tarfile.XHDTYPE, TEN_GB)),
    "global header": lying(member("x", tarfile.XGLTYPE, TEN_GB)),
    "sparse file": lying(member(f"BIG-bench/{SCORES}", tarfile.GNUTYPE_SPARSE, TEN_GB)),
    "pax size": lying(member(f"BIG-bench/{SCORES}", size=3, pax_headers={"size": str(TEN_GB)}), tarfile.PAX_FORMAT),
    "pax sparse": lying(
        member(f"BIG-bench/{SCORES}", size=3, pax_headers={"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}),
        tarfile.PAX_FORMAT,
    ),
    "no archive": gzip.compress(b"x" * 10_000),
    "empty": gzip.compress(b""),
    "nothing": b"",
}


# Nothing of it depends on the source.
@pytest.mark.usefixtures("few_single_files")
@pytest.mark.parametrize("source", ["official"], indirect=True)
@pytest.mark.parametrize("kind", LYING)
def test_an_archive_that_lies_costs_no_memory_and_breaks_nothing(
    kind: str, source: str, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    repository = repository_of(source)
    repository.archive = LYING[kind]
    with serving(repository) as server:
        settings = settings_for(server)
        tracemalloc.start()
        with pytest.raises(PipelineError, match="12 of 12 .* files are missing"):
            fetch(settings, patience)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 << 20
        assert len(server.asked("archive")) == patience.attempts
        repository.archive = None
        fetch(settings, patience)
        assert fetched(settings, COMMIT) == expected(repository)


@pytest.mark.usefixtures("few_single_files")
def test_a_bomb_is_not_unpacked_to_its_end(
    source: str, patience: Patience, settings_for: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_https, "MAX_ARCHIVE", 1 << 20)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for n in range(40):
            archive.addfile(member(f"BIG-bench/{n}", size=1 << 20), io.BytesIO(b"\0" * (1 << 20)))
    repository = repository_of(source)
    repository.archive = buffer.getvalue()
    with serving(repository) as server, pytest.raises(PipelineError, match="holds more than any that is fetched here"):
        fetch(settings_for(server), patience)


@pytest.mark.usefixtures("few_single_files")
def test_reading_ends_with_the_last_file_that_is_wanted(
    source: str, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    repository = repository_of(source)
    whole = gzip.decompress(repository.make_archive()).rstrip(b"\0")
    # What follows the last score file is no archive at all.
    repository.archive = gzip.compress(whole + b"\0" * (-len(whole) % 512) + b"rubbish" * 1000)
    with serving(repository) as server:
        fetch(settings_for(server), patience)
        assert len(server.asked("archive")) == 1


def test_up_to_fifty_files_come_one_by_one_and_more_as_an_archive(
    source: str, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    with serving(repository_of(source, tasks=6, models=10)) as server:
        settings = settings_for(server)
        fetch(settings, patience)
        assert (len(server.asked("archive")), len(server.asked("raw"))) == (1, 0)
        everything = fetched(settings, COMMIT)
        folder = home(settings) / COMMIT
        for path in sorted(everything)[:50]:
            (folder / path).unlink()
        fetch(settings, patience)
        assert (len(server.asked("archive")), len(server.asked("raw"))) == (1, 50)
        for path in sorted(everything)[:51]:
            (folder / path).unlink()
        fetch(settings, patience)
        assert (len(server.asked("archive")), len(server.asked("raw"))) == (2, 50)
        assert fetched(settings, COMMIT) == everything


@pytest.mark.usefixtures("few_single_files")
def test_what_the_archive_has_wrong_comes_as_single_files(
    server: GitHubServer, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    server.fault("raw", "server_error")
    wrong = sorted(expected(server.repository))[:3]
    archive = replace(server.repository, served=dict.fromkeys(wrong, b"version https://git-lfs"))
    server.repository.archive = archive.make_archive()
    settings = settings_for(server)
    fetch(settings, patience)
    assert fetched(settings, COMMIT) == expected(server.repository)
    assert len(server.asked("raw")) == 4


@pytest.mark.usefixtures("few_single_files")
def test_three_failures_in_a_row_end_the_single_files(
    server: GitHubServer, patience: Patience, settings_for: Callable[..., Settings]
) -> None:
    settings = settings_for(server)
    fetch(settings, patience)
    folder = home(settings) / COMMIT
    for path in sorted(tree(folder))[:5]:
        (folder / path).unlink()
    server.fault("raw", "server_error", FOR_EVER)
    with pytest.raises(PipelineError, match=r"(?s)5 of 12 .*not asked for, after three failures") as caught:
        fetch(settings, patience)
    assert len(server.asked("raw")) == 3 * patience.attempts
    assert "Next: " in str(caught.value)
