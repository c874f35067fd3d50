import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.core.settings import GitHub, Settings
from pipeline.fetch import transport_https
from pipeline.fetch.web import Patience
from tests.github_server import GitHubServer, Repository, score_files, serving

NOW = 1_000_000.0


class Clock:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience(
        attempts=3,
        max_wait=900.0,
        connect_timeout=2.0,
        read_timeout=10.0,
        sleep=clock.sleep,
        clock=lambda: clock.now,
    )


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with serving(Repository(score_files())) as running:
        yield running


@pytest.fixture
def few_single_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five files do where the real limit is fifty, so that a tree of twelve needs the archive."""
    monkeypatch.setattr(transport_https, "MOST_SINGLE_FILES", 5)


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., Settings]:
    def make(server: GitHubServer | None = None, **changes: object) -> Settings:
        base = server.base if server else "http://127.0.0.1:9"
        addresses = {"api": f"{base}/api", "archive": f"{base}/archive", "raw": f"{base}/raw"}
        addresses |= {key: changes.pop(key) for key in (*addresses, "git", "token") if key in changes}
        defaults = {"root": tmp_path, "source": "official", "via": "https", "github": GitHub(**addresses)}
        return Settings(**{**defaults, **changes})

    return make


def git(*arguments: str, cwd: Path | None = None) -> str:
    environment = {
        **os.environ,
        **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    command = ["git", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="session")
def bare_repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A bare repository that gives out partial clones; `.ref` is its branch and `.address` where it is."""
    work, bare = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("bare")
    repository = Repository(score_files())
    git("init", "--quiet", "--initial-branch=main", str(work))
    for path, content in repository.files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(content)
    git("add", "--all", cwd=work)
    git("commit", "--quiet", "--message=one", cwd=work)
    repository.commit = git("rev-parse", "HEAD", cwd=work)
    git("clone", "--quiet", "--bare", f"file://{work}", str(bare))
    git("config", "uploadpack.allowFilter", "true", cwd=bare)
    repository.address = f"file://{bare}"  # type: ignore[attr-defined]
    return repository


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def expected(repository: Repository) -> dict[str, bytes]:
    """The score files of a repository, as a fetch must leave them."""
    return {path: content for path, content in repository.files.items() if "/results/" in path}


def fetched(settings: Settings, commit: str) -> dict[str, bytes]:
    return tree(settings.data / "raw" / "official" / commit)
