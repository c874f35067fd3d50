import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from pipeline import __main__ as command
from pipeline import sources, stages
from pipeline.core.errors import PipelineError
from pipeline.core.settings import ROOT, GitHub, Settings, parse_max_wait
from pipeline.fetch import manifest, repository
from pipeline.fetch.listing import blob_sha1
from pipeline.fetch.web import Patience
from tests.fetch.conftest import REMOTES, Clock, expected, fetch, fetched, home, pinned, tree
from tests.github_server import COMMIT, FOR_EVER, GitHubServer, Repository, refused_address, repository_of, serving

Make = Callable[..., Settings]

MENDED_BY_ASKING_AGAIN = [
    "reset",
    "stall",
    "short",
    "cut_gzip",
    "cut_chunked",
    "html",
    "wrong_bytes",
    "limited_with_retry_after",
    "limited",
    "limited_until_reset",
    "server_error",
]
FINAL = ["not_found", "forbidden"]
PLACES = ["api", "archive", "raw"]


def of_sources(kinds: list[str]) -> list[tuple[str, str]]:
    """Each source with each kind of fault; a server that falls silent takes its time, and is tried with one."""
    return [(source, kind) for source in REMOTES for kind in kinds if source == "official" or kind != "stall"]


def folder_of(settings: Settings) -> Path:
    """Where the fetched files lie."""
    return settings.root / pinned(settings).folder


def lose(settings: Settings, number: int) -> None:
    """Delete some fetched files."""
    folder = folder_of(settings)
    for path in sorted(folder.rglob("*.json"))[:number]:
        path.unlink()


def prepare(where: str, server: GitHubServer, settings: Settings, patience: Patience) -> None:
    """Bring about that a fetch depends on this place: for raw, a few files are missing."""
    if where == "raw":
        fetch(settings, patience)
        lose(settings, 3)
        server.requests.clear()


def impatient(patience: Patience, kind: str) -> Patience:
    return replace(patience, read_timeout=0.2) if kind == "stall" else patience


@pytest.mark.usefixtures("few_single_files")
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(("source", "kind"), of_sources(MENDED_BY_ASKING_AGAIN), indirect=["source"])
def test_a_passing_fault_is_got_over(  # noqa: PLR0917 - fixtures
    where: str, kind: str, server: GitHubServer, patience: Patience, clock: Clock, settings_for: Make
) -> None:
    settings = settings_for(server)
    prepare(where, server, settings, patience)
    server.fault(where, kind)
    fetch(settings, impatient(patience, kind))
    assert fetched(settings, COMMIT) == expected(server.repository)
    assert clock.slept == {"limited_with_retry_after": [30], "limited": [60], "limited_until_reset": [41]}.get(
        kind, [1]
    )


@pytest.mark.usefixtures("few_single_files")
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(("source", "kind"), of_sources(MENDED_BY_ASKING_AGAIN + FINAL), indirect=["source"])
def test_a_lasting_fault_ends_in_an_error_and_the_next_run_goes_on(
    where: str, kind: str, server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server)
    prepare(where, server, settings, patience)
    server.fault(where, kind, FOR_EVER)
    with pytest.raises(PipelineError, match=r"(?s)Next: .*(goes on|MAX_WAIT)"):
        fetch(settings, impatient(patience, kind))
    assert len(server.asked(where)) <= 3 * patience.attempts
    right = expected(server.repository)
    assert all(right[path] == content for path, content in fetched(settings, COMMIT).items())
    server.mend()
    fetch(settings, patience)
    assert fetched(settings, COMMIT) == right


@pytest.mark.usefixtures("few_single_files")
@pytest.mark.parametrize("where", PLACES)
def test_a_refused_connection_ends_in_an_error(
    where: str, server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server)
    prepare(where, server, settings, patience)
    refused = replace(settings, github=replace(settings.github, **{where: refused_address()}))
    with pytest.raises(PipelineError, match="ConnectionError"):
        fetch(refused, patience)
    fetch(settings, patience)
    assert fetched(settings, COMMIT) == expected(server.repository)


@pytest.mark.usefixtures("few_single_files")
def test_files_of_a_cut_archive_count(server: GitHubServer, patience: Patience, settings_for: Make) -> None:
    # Not compressible, so that half of the archive is about half of the files.
    noise = random.Random(7)
    settings = settings_for(server)
    made = repository_of(settings.source, make=lambda *_: f'{{"noise": {noise.getrandbits(80_000):x}}}')
    server.repository.files = made.files
    server.fault("archive", "cut_gzip", FOR_EVER)
    with pytest.raises(PipelineError):
        fetch(settings, patience)
    assert 3 <= len(fetched(settings, COMMIT)) <= 9


def test_a_wait_past_the_users_limit_ends_the_run_with_what_was_got(
    server: GitHubServer, patience: Patience, settings_for: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(server)
    fetch(settings, patience)
    lose(settings, 5)
    server.fault("raw", "limited_until_reset")
    with pytest.raises(PipelineError, match=r"(?s)5 of 12 .*after \d\d:\d\d; .*MAX_WAIT=101.*VIA=git.*GITHUB_TOKEN"):
        fetch(settings, replace(patience, max_wait=10))
    assert "7 kept, 0 fetched, 5 failed, in data/raw/" in capsys.readouterr().out


def test_a_second_fetch_asks_for_nothing(
    server: GitHubServer, patience: Patience, settings_for: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(server)
    first = fetch(settings, patience)
    score_paths = [folder_of(settings) / path for path in expected(server.repository)]
    assert f"0 kept, 12 fetched, 0 failed, in data/raw/{settings.source}/{COMMIT}" in capsys.readouterr().out
    server.requests.clear()
    written = {path: path.stat().st_mtime_ns for path in (*first, *score_paths)}
    assert fetch(settings, patience) == first
    assert not server.requests
    assert written == {path: path.stat().st_mtime_ns for path in written}
    assert "12 kept, 0 fetched, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize("damage", [b"", b"{", b"x" * 40])
def test_a_damaged_file_is_fetched_again(
    damage: bytes, server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server)
    fetch(settings, patience)
    first = pinned(settings).files[0].path
    (folder_of(settings) / first).write_bytes(damage)
    fetch(settings, patience)
    assert fetched(settings, COMMIT) == expected(server.repository)
    assert len(server.asked("raw")) == 13


def test_the_commit_stays_pinned_until_the_ref_changes(
    server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server)
    fetch(settings, patience)
    moved = "d" * 40
    server.repository.commit = moved
    fetch(settings, patience)
    assert pinned(settings).commit == COMMIT
    server.repository.ref = "next"
    fetch(replace(settings, ref="next"), patience)
    assert pinned(settings).commit == moved
    assert fetched(settings, moved) == fetched(settings, COMMIT) == expected(server.repository)


def test_the_manifest_holds_path_size_and_hash(server: GitHubServer, patience: Patience, settings_for: Make) -> None:
    settings = settings_for(server)
    fetch(settings, patience)
    found = pinned(settings)
    assert (found.ref, found.commit, found.folder) == ("main", COMMIT, f"data/raw/{settings.source}/{COMMIT}")
    assert found.remote == REMOTES[settings.source].place
    assert {file.path: (file.size, file.sha1) for file in found.files} == {
        path: (len(content), blob_sha1(content)) for path, content in expected(server.repository).items()
    }


def test_what_is_missing_is_listed_ten_here_and_all_in_a_file(
    server: GitHubServer, patience: Patience, settings_for: Make
) -> None:
    settings = settings_for(server)
    server.fault("raw", "not_found", FOR_EVER)
    with pytest.raises(PipelineError) as caught:
        fetch(settings, patience)
    assert str(caught.value).count(f"\n  {REMOTES[settings.source].folder}/") == 10
    whole = home(settings) / "failed.txt"
    assert str(whole.relative_to(settings.root)) in str(caught.value)
    assert len(whole.read_text().splitlines()) == 12
    server.mend()
    fetch(settings, patience)
    assert not whole.exists()


def test_hostile_names_in_the_listing_are_left_out_and_named(
    server: GitHubServer, patience: Patience, settings_for: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(server)
    blob = {"mode": "100644", "type": "blob", "size": 2, "sha": blob_sha1(b"{}")}
    good = next(iter(expected(server.repository)))
    above, name = good.rsplit("/", 1)
    names = [
        f"../{good}",
        f"/{good}",
        f"{above}/../../{above.rpartition('/')[2]}/{name}",
        f"{above}/{name[:-5]}\x1b[1m.json",
    ]
    server.repository.extra_items = [
        *({**blob, "path": odd} for odd in names),
        {**blob, "path": f"{above}/{name[:-5]}_link.json", "mode": "120000"},
        *server.repository.items("", recursive=True),
    ]
    fetch(settings, patience)
    assert fetched(settings, COMMIT) == expected(server.repository)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    said = capsys.readouterr().out
    assert said.count("left out, not a plain file") == 5
    assert "\x1b" not in said


def test_every_product_is_there_and_every_score_file_is_watched(
    server: GitHubServer, patience: Patience, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(server)
    (settings.root / "sql").symlink_to(ROOT / "sql")
    monkeypatch.setattr(repository, "Patience", lambda max_wait: replace(patience, max_wait=max_wait))
    stages.run(settings, "fetch")
    products = sources.fetch(settings)
    assert products == [manifest.path(settings)]
    assert products[0].is_file()
    assert fetch_reason(settings) == ""
    inputs = sources.module(sources.find(settings).fetch).inputs
    seen = inputs(settings)
    paths = [folder_of(settings) / file.path for file in pinned(settings).files]
    assert len(paths) == 12
    for path in paths:
        content = path.read_bytes()
        path.unlink()
        assert inputs(settings) != seen
        path.write_bytes(content)
    paths[0].unlink()
    assert fetch_reason(settings) == "changed: input"
    stages.run(settings, "fetch")
    assert paths[0].is_file()
    assert fetch_reason(settings) == ""


def fetch_reason(settings: Settings) -> str:
    """Why a fetch would run again."""
    return dict(stages.status(settings))["fetch"]


def test_the_command_takes_its_options_from_arguments_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Settings] = []
    monkeypatch.setattr(stages, "run", lambda settings, name: seen.append(settings) if name == "fetch" else None)
    monkeypatch.setenv("BIGBENCH_RAW", "http://raw.example.org/")
    arguments = ["fetch", "--source", "official", "--ref", "v1", "--via", "https", "--max-wait", "5"]
    assert command.main(arguments) == 0
    assert (seen[0].ref, seen[0].via, seen[0].max_wait) == ("v1", "https", 5)
    assert seen[0].github.raw == "http://raw.example.org"
    assert seen[0].github.api == GitHub().api


@pytest.mark.parametrize("text", ["", "-1", "soon", "inf", "nan"])
def test_a_wait_that_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(PipelineError, match="MAX_WAIT=.*Next: "):
        parse_max_wait(text)


def test_no_bar_where_there_is_no_terminal(
    server: GitHubServer, patience: Patience, settings_for: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    fetch(settings_for(server), patience)
    assert capfd.readouterr().err == ""


# Runs in processes of their own, for they will be killed: for each line that comes in one, which is a fork of a process
# that has imported everything already. Out come the number of its process and, when it has ended, its exit status;
# what the fetch itself and those that it starts may read and write is elsewhere.
RUN = """
import os, signal, sys
from pathlib import Path
from pipeline import sources
from pipeline.fetch import example, official, transport_https
from pipeline.core.settings import GitHub, Settings
signal.signal(signal.SIGINT, signal.default_int_handler)
root, source, via, base, git = sys.argv[1:]
transport_https.MOST_SINGLE_FILES = 5
github = GitHub(api=base + "/api", archive=base + "/archive", raw=base + "/raw", git=git)
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        status, nothing = 1, os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        try:
            sources.fetch(Settings(root=Path(root), source=source, ref="main", via=via, github=github))
            status = 0
        finally:
            os._exit(status)
    print("begun", pid, flush=True)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Runs:
    """Fetches that a test starts, and stops by a signal."""

    def __init__(self, settings: Settings) -> None:
        github = settings.github
        base = github.api.removesuffix("/api")
        self._forks = subprocess.Popen(
            [sys.executable, "-c", RUN, str(settings.root), settings.source, settings.via, base, github.git],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forks.communicate()

    def _next(self, expected: str) -> int:
        assert self._forks.stdout is not None
        # A test that waits in vain ends.
        watch = threading.Timer(60, self._forks.kill)
        watch.start()
        line = self._forks.stdout.readline()
        watch.cancel()
        assert line.startswith(f"{expected} ")
        return int(line.removeprefix(f"{expected} "))

    def stopped(self, stop: signal.Signals, wait: Callable[[], object]) -> int:
        """Start a fetch, send it a signal after `wait`, and return its exit status."""
        assert self._forks.stdin is not None
        self._forks.stdin.write("go\n")
        self._forks.stdin.flush()
        pid = self._next("begun")
        wait()
        # One that has ended is nobody by now, or is not waited for yet.
        with suppress(ProcessLookupError):
            os.kill(pid, stop)
        return self._next("ended")


@pytest.mark.parametrize(
    ("source", "via", "times"),
    [("official", "https", 12), ("official", "git", 12), ("pythia", "https", 4), ("pythia", "git", 4)],
    indirect=["source"],
)
def test_killed_at_random_moments_a_fetch_ends_in_the_same_tree(
    via: str, times: int, bare_repository: Repository, patience: Patience, settings_for: Make
) -> None:
    moments = random.Random(20_260)
    with serving(bare_repository) as server:
        server.archive_pause = 0.03
        address = bare_repository.address  # type: ignore[attr-defined]
        settings = settings_for(server, via=via, git=address)
        right = expected(bare_repository)
        killed = tries = 0
        with Runs(settings) as runs:
            # Only those count that were at work when it came.
            while killed < times and tries < 60:
                tries += 1
                status = runs.stopped(signal.SIGKILL, lambda: time.sleep(moments.uniform(0, 0.12)))
                killed += status == -signal.SIGKILL
                present = fetched(settings, bare_repository.commit)
                assert all(right[path] == content for path, content in present.items())
                if len(present) == len(right):
                    lose(settings, moments.randrange(6, 13))
        fetch(settings, patience)
        assert fetched(settings, bare_repository.commit) == right
    assert killed == times
    others = {path for path in tree(home(settings)) if "/" not in path}
    assert others <= {"manifest.json", ".lock", ".partial"}


def test_interrupted_by_hand_a_fetch_leaves_only_whole_files(
    bare_repository: Repository, patience: Patience, settings_for: Make
) -> None:
    with serving(bare_repository) as server:
        server.archive_pause = 60
        settings = settings_for(server)

        def wait() -> None:
            deadline = time.monotonic() + 60
            while not server.asked("archive") and time.monotonic() < deadline:
                time.sleep(0.01)

        with Runs(settings) as runs:
            assert runs.stopped(signal.SIGINT, wait) != 0
        server.archive_pause = 0
        fetch(settings, patience)
        assert fetched(settings, bare_repository.commit) == expected(bare_repository)
