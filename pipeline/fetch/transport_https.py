"""The https transport: one archive, read as it streams in, then single files for the few that it did not bring."""

import gzip
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Self
from urllib.parse import quote

import requests

from pipeline.core.settings import GitHub
from pipeline.fetch.listing import ScoreFile, is_intact
from pipeline.fetch.remote import Remote
from pipeline.fetch.transport import Keep, Progress
from pipeline.fetch.web import Fault, Limited, NoAnswer, Web, body

# GitHub answers about 60 requests an hour to those it does not know, so thousands of files only come as an archive.
MOST_SINGLE_FILES = 50
MOST_FAILURES_IN_A_ROW = 3
# GitHub takes no file over 100 MB, and the text of a header is a path or a commit.
MAX_MEMBER = 128 << 20
MAX_HEADER = 1 << 20
MAX_ARCHIVE = 32 << 30
EXTENDED_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_NOT_GITHUBS = "the archive holds a member that no archive of GitHub's has"


class Https:
    """Brings files with plain HTTP requests."""

    def __init__(self, web: Web, github: GitHub, remote: Remote) -> None:
        self._web = web
        self._archive = f"{github.archive}/{remote.repository}"
        self._raw = f"{github.raw}/{remote.repository}"

    def bring(self, commit: str, missing: Sequence[ScoreFile], keep: Keep, progress: Progress) -> dict[str, str]:
        """Hand the bytes of each missing file to `keep`; returns, for each path that could not be brought, why.

        Raises:
            Limited: GitHub asks for more time than the user allows.
        """
        left = {file.path: file for file in missing}

        def kept(file: ScoreFile, content: bytes) -> bool:
            if not keep(file, content):
                return False
            del left[file.path]
            progress.add(file)
            return True

        reason = self._bring_many(commit, left, kept)
        if len(left) > MOST_SINGLE_FILES:
            return dict.fromkeys(left, reason)
        return self._bring_single(commit, list(left.values()), kept)

    def _bring_many(self, commit: str, left: dict[str, ScoreFile], keep: Keep) -> str:
        """Ask for the archive until few files are left or there is no more patience; say what went wrong last."""
        address = f"{self._archive}/tar.gz/{commit}"
        reason = ""
        for attempt in range(self._web.patience.attempts):
            if len(left) <= MOST_SINGLE_FILES:
                break
            if attempt:
                self._web.patience.pause(attempt - 1)
            try:
                self._web.attempt(address, lambda response: _keep_members(response, left, keep))
                reason = "not in the archive, or with other bytes"
            except Fault as fault:
                reason = str(fault)
            except Limited:
                raise
            except NoAnswer as error:
                return str(error)
        return reason

    def _bring_single(self, commit: str, files: Sequence[ScoreFile], keep: Keep) -> dict[str, str]:
        failed: dict[str, str] = {}
        in_a_row = 0
        for file in files:
            if in_a_row == MOST_FAILURES_IN_A_ROW:
                failed[file.path] = "not asked for, after three failures in a row"
                continue
            address = f"{self._raw}/{commit}/{quote(file.path)}"
            try:
                keep(file, self._web.get(address, partial(_verified, file=file)))
                in_a_row = 0
            except Limited:
                raise
            except NoAnswer as error:
                failed[file.path] = str(error)
                in_a_row += 1
        return failed


def _verified(response: requests.Response, file: ScoreFile) -> bytes:
    content = body(response, file.size)
    if not is_intact(file, content):
        raise Fault("other bytes than the listing names, or cut short")
    return content


class _Header(tarfile.TarInfo):
    """A member's header that cannot make tarfile read more into memory than a header may hold."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read 512 bytes as a header.

        Raises:
            Fault: it declares more than a file or a header of an archive of GitHub's may hold.
        """
        header = super().frombuf(buf, encoding, errors)
        limit = MAX_HEADER if header.type in EXTENDED_HEADERS else MAX_MEMBER
        if not 0 <= header.size <= limit or header.type == tarfile.GNUTYPE_SPARSE:
            raise Fault(_NOT_GITHUBS)
        return header

    def _proc_gnusparse_10(self, *_: object) -> None:
        # tarfile would read this kind of sparse file's map into memory, however long the map says it is.
        raise Fault(_NOT_GITHUBS)


def _keep_members(response: requests.Response, left: dict[str, ScoreFile], keep: Keep) -> None:
    """Keep the members that are left to fetch, pass over all else, and stop reading once there are none.

    Raises:
        Fault: the stream breaks off, is no archive, or one that GitHub would not make.
    """
    try:
        # Not tarfile's own "r|gz": it copies what it has unpacked at every read, which takes six times as long.
        with (
            gzip.GzipFile(fileobj=response.raw) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_Header) as archive,
        ):
            for member, content in _regular_members(archive, left):
                keep(left[member], content)
                if not left:
                    return
    except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, OverflowError, RecursionError) as error:
        raise Fault(f"the archive is cut short or damaged ({type(error).__name__})") from error


def _regular_members(archive: tarfile.TarFile, left: dict[str, ScoreFile]) -> Iterator[tuple[str, bytes]]:
    while (member := archive.next()) is not None:
        # tarfile remembers every member, and this needs none of them again.
        archive.members.clear()  # type: ignore[attr-defined]
        if member.size > MAX_MEMBER or archive.offset > MAX_ARCHIVE:
            raise Fault("the archive holds more than any that is fetched here")
        path = member.name.partition("/")[2]
        wanted = left.get(path)
        if wanted is None or member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.size != wanted.size:
            continue
        opened = None if member.issparse() else archive.extractfile(member)
        if opened is not None:
            yield path, opened.read()
