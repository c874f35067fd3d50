# ruff: noqa: S603 - every command is a list of git's own options and of hashes; no shell reads it
"""The git transport: a shallow clone without file contents, then the contents of the wanted files in one transfer.

The contents are named one by one: exactly what a sparse checkout of those files would ask for. They are
read from git's own store rather than checked out, because a checkout may change them (line endings, filters)
and makes links and folders of whatever names a repository holds.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pipeline.fetch.listing import MAX_FILE_SIZE, Entry, ScoreFile
from pipeline.fetch.remote import Remote
from pipeline.fetch.transport import Keep, Progress
from pipeline.fetch.web import NoAnswer, Patience, shown

# Protocol 2 lets a client ask for contents by hash. The user's own settings stay, for they may be what it takes to
# reach a server; these override the ones that a clone which lives for a minute must not inherit.
OPTIONS = (
    "protocol.version=2",
    "fetch.negotiationAlgorithm=noop",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
)
RECEIVING = re.compile(r"Receiving objects: +\d+% \((\d+)/(\d+)\)(?:, ([\d.]+ \w+))?")
CLONE_PREFIX = ".clone-"


class Git:
    """A clone that lives as long as a fetch. A killed fetch leaves its clone behind; the next removes it."""

    def __init__(self, address: str, remote: Remote, home: Path, patience: Patience) -> None:
        self._address = address
        self._remote = remote
        self._home = home
        self._patience = patience
        self._clone: Path | None = None
        self._received: set[str] = set()

    def __enter__(self) -> Self:
        """Remove what killed fetches left; the clone itself is made once it is needed."""
        self._remove_clones()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the clone."""
        self._remove_clones()

    def _remove_clones(self) -> None:
        for left in self._home.glob(f"{CLONE_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)

    def commit(self, ref: str) -> str:
        """Fetch a branch, tag or commit without history and contents, and return its commit.

        Raises:
            NoAnswer: the repository cannot be reached, or has no such ref.
        """
        if self._clone is None:
            self._clone = self._make_clone()
        self._fetch(["--depth=1", "--progress", "origin", ref])
        return self._ask("rev-parse", "--verify", "--end-of-options", "FETCH_HEAD^{commit}").decode().strip()

    def entries(self, commit: str) -> list[Entry]:
        """The files below the folder of a fetched commit; sizes are those of contents, so that these are fetched first.

        Raises:
            NoAnswer: the contents cannot be fetched.
        """
        listed = list(self._tree(commit))
        taken = {sha1 for path, _, sha1 in listed if self._remote.takes(path)}
        with Progress([ScoreFile(sha1, 0, sha1) for sha1 in taken]) as progress:
            self._receive(taken, progress)
        sizes = self._sizes(taken)
        return [Entry(path, mode, sizes.get(sha1), sha1) for path, mode, sha1 in listed]

    def bring(self, commit: str, missing: Sequence[ScoreFile], keep: Keep, progress: Progress) -> dict[str, str]:
        """Hand the bytes of each missing file to `keep`; returns, for each path that could not be brought, why.

        Raises:
            NoAnswer: the commit or the contents cannot be fetched.
        """
        if self._clone is None:
            self.commit(commit)
        offered = {sha1 for _, _, sha1 in self._tree(commit)}
        self._receive({file.sha1 for file in missing if file.sha1 in offered}, progress)
        failed = {file.path: "not in the repository" for file in missing}
        for file, content in self._contents([file for file in missing if file.sha1 in offered]):
            if keep(file, content):
                progress.add(file)
                del failed[file.path]
        return failed

    def _make_clone(self) -> Path:
        clone = Path(tempfile.mkdtemp(prefix=CLONE_PREFIX, dir=self._home))
        # An empty template: the user's could bring hooks.
        _run(["git", "init", "--quiet", "--bare", "--template=", str(clone)])
        _run(["git", f"--git-dir={clone}", "config", "remote.origin.url", self._address])
        return clone

    def _tree(self, commit: str) -> Iterator[tuple[str, str, str]]:
        """Path, mode and hash of each file below the folder. For sizes, git would fetch each content on its own."""
        for row in self._ask("ls-tree", "-r", "-z", "--full-tree", commit, "--", self._remote.folder).split(b"\0"):
            mode, kind, rest = (*row.split(b" ", 2), b"", b"")[:3]
            sha1, _, path = rest.partition(b"\t")
            if kind == b"blob":
                yield path.decode(errors="backslashreplace"), mode.decode(), sha1.decode()

    def _receive(self, hashes: set[str], progress: Progress) -> None:
        wanted = sorted(hashes - self._received)
        if wanted:
            arguments = ["--no-write-fetch-head", "--progress", "--stdin", "origin"]
            self._fetch(arguments, "\n".join(wanted) + "\n", progress)
            self._received.update(wanted)
            progress.restart()

    def _fetch(self, arguments: list[str], text: str = "", progress: Progress | None = None) -> None:
        git = ["git", f"--git-dir={self._clone}", *(word for option in OPTIONS for word in ("-c", option))]
        command = [*git, "fetch", "--no-tags", "--filter=blob:none", "--recurse-submodules=no", *arguments]
        try:
            self._try(command, text, progress)
        finally:
            self._forget_promises()

    def _try(self, command: list[str], text: str, progress: Progress | None) -> None:
        for attempt in range(self._patience.attempts):
            status, said = _watch(command, text, lambda line: _report(line, progress))
            if status == 0:
                return
            if attempt + 1 < self._patience.attempts:
                self._patience.pause(attempt)
        raise NoAnswer(f"{shown(self._address)}: git gave up after {self._patience.attempts} attempts ({_cause(said)})")

    def _forget_promises(self) -> None:
        # A clone that remembers its remote would fetch every missing object separately, each with a request of its own.
        for key in ("remote.origin.promisor", "remote.origin.partialclonefilter", "extensions.partialclone"):
            _call(["git", f"--git-dir={self._clone}", "config", "--unset-all", key])

    def _ask(self, *arguments: str) -> bytes:
        return _run(["git", f"--git-dir={self._clone}", *arguments])

    def _sizes(self, hashes: Iterable[str]) -> dict[str, int]:
        with self._batch("--batch-check", hashes) as answers:
            rows = [line.split() for line in answers]
        return {row[0].decode(): int(row[2]) for row in rows if len(row) == 3 and row[1] == b"blob"}

    def _contents(self, files: Sequence[ScoreFile]) -> Iterator[tuple[ScoreFile, bytes]]:
        with self._batch("--batch", (file.sha1 for file in files)) as answers:
            for file in files:
                header = answers.readline().split()
                if len(header) != 3:
                    continue
                size = int(header[2])
                if size > MAX_FILE_SIZE:
                    raise NoAnswer(f"{shown(self._address)}: {file.path} has {size:,} bytes")
                content = answers.read(size)
                answers.read(1)
                yield file, content

    @contextmanager
    def _batch(self, kind: str, hashes: Iterable[str]) -> Iterator[IO[bytes]]:
        """The answers of `git cat-file` to hashes, passed in a file: with two pipes, both sides could block."""
        with tempfile.TemporaryFile(dir=self._clone) as asked:
            asked.write("".join(f"{sha1}\n" for sha1 in hashes).encode())
            asked.seek(0)
            command = ["git", f"--git-dir={self._clone}", "cat-file", kind, "--buffer"]
            with _started(command, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                assert process.stdout is not None  # noqa: S101 - it was asked for
                yield process.stdout


def _environment() -> dict[str, str]:
    """The user's, without what leads git to another repository, or hands on the token that is for the API only."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GITHUB_TOKEN", "GH_TOKEN")
        and not re.match(r"GIT_(DIR|WORK|INDEX|OBJECT|ALTERN|COMMON|NAMESP|SHALL)", name)
    }
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


@contextmanager
def _started(command: list[str], **streams: IO[bytes] | int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive the block, however it is left."""
    with subprocess.Popen(command, env=_environment(), **streams) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def _call(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, check=False, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True)


def _run(command: list[str]) -> bytes:
    done = _call(command)
    if done.returncode != 0:
        raise NoAnswer(f"git: {_cause(done.stderr.decode(errors='replace').splitlines())}")
    return done.stdout


def _watch(command: list[str], text: str, report: Callable[[str], None]) -> tuple[int, list[str]]:
    """Run git, hand each line of its progress to `report`, and return its status and its last lines."""
    with tempfile.TemporaryFile() as asked:
        asked.write(text.encode())
        asked.seek(0)
        with _started(command, stdin=asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            said: list[str] = []
            for line in _lines(process):
                report(line)
                said = [*said[-20:], line]
            return process.wait(), said


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    assert process.stderr is not None  # noqa: S101 - it was asked for
    rest = ""
    while chunk := os.read(process.stderr.fileno(), 1 << 16):
        *whole, rest = re.split(r"[\r\n]", rest[-1000:] + chunk.decode(errors="replace"))
        yield from whole
    yield rest


def _report(line: str, progress: Progress | None) -> None:
    found = RECEIVING.search(line)
    if found and progress is not None:
        progress.transferring(int(found[1]) / max(1, int(found[2])), found[3] or "0 bytes")


def _cause(said: list[str]) -> str:
    """What git gives as the reason, without passwords and control characters."""
    # The last line of the most telling kind.
    ranked = [line for kind in ("remote: ", "error: ", "fatal: ") for line in said if line.startswith(kind)]
    errors = ranked or [line for line in said if line] or ["no reason given"]
    return re.sub(r"://[^/@\s]*@", "://", ascii(errors[-1])[1:-1])[:300]
