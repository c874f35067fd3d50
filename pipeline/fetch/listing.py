"""The files of a listing: path, size and hash of each, and which of them are taken."""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import PipelineError
from pipeline.fetch.remote import Remote

SHA1 = re.compile(r"[0-9a-f]{40}", re.ASCII)
REGULAR_MODES = ("100644", "100755")

# About 9,000 files of 20 kB on average are expected: a listing far beyond that is of something else.
# A file may be larger than the load takes: that one is then left out by name, and does not stop the fetch.
MAX_FILES = 50_000
MAX_FILE_SIZE = 64 << 20
MAX_TOTAL_SIZE = 4 << 30


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """One file of scores in a listing: `path` from the top of the repository, and git's hash of its bytes."""

    path: str
    size: int
    sha1: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One file as a listing gives it, not trusted in any way."""

    path: str
    mode: str
    size: object
    sha1: object


@dataclass(frozen=True)
class Listing:
    """The files that are taken from a listing, by path, and the names that look like theirs but are not taken."""

    files: tuple[ScoreFile, ...]
    refused: tuple[str, ...] = ()


def blob_sha1(content: bytes) -> str:
    """The hash by which git, and so GitHub's listing, knows a file of this content."""
    digest = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def is_intact(file: ScoreFile, content: bytes) -> bool:
    """Whether these are the bytes that the listing names."""
    return len(content) == file.size and blob_sha1(content) == file.sha1


def accept(entries: Iterable[Entry], remote: Remote, origin: str) -> Listing:
    """Take the files from a listing that are fetched.

    Links and names of another form are set aside as refused; what is no such file at all is passed over.

    Raises:
        PipelineError: the listing contradicts itself, exceeds the caps, or holds no such file.
    """
    files: dict[str, ScoreFile] = {}
    refused: list[str] = []
    for entry in entries:
        if not remote.resembles(entry.path):
            continue
        if entry.mode not in REGULAR_MODES or not remote.takes(entry.path):
            refused.append(entry.path)
            continue
        file = _checked(entry, origin)
        if files.setdefault(file.path, file) != file:
            raise PipelineError(f"{origin}: lists {file.path} twice, with different content. {_ANOTHER_LISTING}")
    _check_caps(files, remote, origin)
    return Listing(tuple(files[path] for path in sorted(files)), tuple(dict.fromkeys(refused)))


_ANOTHER_LISTING = "Next: run `make fetch` again; if it stays, name another commit with REF=."


def _checked(entry: Entry, origin: str) -> ScoreFile:
    size, sha1 = entry.size, entry.sha1
    if (
        not isinstance(sha1, str)
        or not SHA1.fullmatch(sha1)
        or not isinstance(size, int)
        or isinstance(size, bool)
        or size < 0
    ):
        raise PipelineError(f"{origin}: gives no usable size and hash for {entry.path}. {_ANOTHER_LISTING}")
    if size > MAX_FILE_SIZE:
        raise PipelineError(
            f"{origin}: {entry.path} has {size:,} bytes, more than {MAX_FILE_SIZE:,}. {_ANOTHER_LISTING}"
        )
    return ScoreFile(entry.path, size, sha1)


def _check_caps(files: dict[str, ScoreFile], remote: Remote, origin: str) -> None:
    total = sum(file.size for file in files.values())
    if len(files) > MAX_FILES or total > MAX_TOTAL_SIZE:
        raise PipelineError(
            f"{origin}: lists {len(files):,} {remote.what} of {total:,} bytes; at most {MAX_FILES:,} of "
            f"{MAX_TOTAL_SIZE:,} are taken. {_ANOTHER_LISTING}"
        )
    if not files:
        raise PipelineError(
            f"{origin}: lists no {remote.what} below {remote.folder}. "
            f"Next: check that this is {remote.repository}, and the commit."
        )


def census(folder: Path, paths: Iterable[str]) -> str:
    """A hash of the names, sizes and times of change of files, without reading them."""
    found = hashlib.sha256()
    for path in paths:
        status = _status(folder, path)
        told = f"{status.st_size}\0{status.st_mtime_ns}" if status else "missing"
        found.update(f"{path}\0{told}\n".encode())
    return found.hexdigest()


def total_size(folder: Path, paths: Iterable[str]) -> int:
    """The bytes of files together; one that is not there has none."""
    return sum(status.st_size for path in paths if (status := _status(folder, path)))


def _status(folder: Path, path: str) -> os.stat_result | None:
    try:
        return os.stat(f"{folder}/{path}")  # noqa: PTH116 - pathlib doubles the time
    except OSError:
        return None
