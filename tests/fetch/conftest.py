import os
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from pipeline.core.settings import GitHub, Settings
from pipeline.fetch import example, manifest, official, transport_https
from pipeline.fetch.manifest import Manifest
from pipeline.fetch.remote import BIGBENCH, Remote, examples
from pipeline.fetch.web import Patience
from tests.github_server import GitHubServer, Repository, repository_of, serving

NOW = 1_000_000.0
REMOTES = {"official": BIGBENCH, "pythia": examples()["pythia"].remote}


# Each source with a path that it must not take.
HOSTILE_NAMES = [
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
    f"bigbench/benchmark_tasks/{'a' * 10_000}/results/scores_a.json",
    f"bigbench/benchmark_tasks/a/results/scores_{'a' * 10_000}.json",
]
HOSTILE = [
    *(("official", path) for path in HOSTILE_NAMES),
    ("official", "bigbench/benchmark_tasks/a/b/results/scores_a.json"),
    *(
        ("pythia", path.replace("bigbench/benchmark_tasks", "evals/pythia-v1").replace("results/scores_", "zero-shot/"))
        for path in HOSTILE_NAMES
    ),
    ("pythia", f"evals/pythia-v1/{'a/' * 7}a.json"),
    ("pythia", "evals/pythia-v1.json"),
    ("pythia", "evals/pythia-v1/.json"),
    ("pythia", "evals/pythia-v10/a.json"),
    ("pythia", "evals/pythia-v1/a.json/"),
]


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


@pytest.fixture(params=list(REMOTES))
def source(request: pytest.FixtureRequest) -> str:
    """What SOURCE is. Both ways of naming a repository go through the same tests."""
    return request.param


@pytest.fixture
def remote(source: str) -> Remote:
    return REMOTES[source]


@pytest.fixture
def server(source: str) -> Iterator[GitHubServer]:
    with serving(repository_of(source)) as running:
        yield running


@pytest.fixture
def few_single_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five files do where the real limit is fifty, so that a tree of twelve needs the archive."""
    monkeypatch.setattr(transport_https, "MOST_SINGLE_FILES", 5)


@pytest.fixture
def settings_for(tmp_path: Path, source: str) -> Callable[..., Settings]:
    def make(server: GitHubServer | None = None, **changes: object) -> Settings:
        base = server.base if server else "http://127.0.0.1:9"
        addresses = {"api": f"{base}/api", "archive": f"{base}/archive", "raw": f"{base}/raw"}
        addresses |= {key: changes.pop(key) for key in (*addresses, "git", "token") if key in changes}
        # A made-up repository has no commit that anybody pinned.
        defaults = {"root": tmp_path, "source": source, "ref": "main", "via": "https", "github": GitHub(**addresses)}
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


@pytest.fixture
def bare_repository(source: str, bare_repositories: Callable[[str], Repository]) -> Repository:
    """A bare repository that gives out partial clones; `.ref` is its branch and `.address` where it is."""
    return bare_repositories(source)


@pytest.fixture(scope="session")
def bare_repositories(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Repository]:
    return cache(lambda source: make_bare(source, tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("bare")))


def make_bare(source: str, work: Path, bare: Path) -> Repository:
    repository = repository_of(source)
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


def remote_of(server: GitHubServer) -> Remote:
    """What is fetched from the repository that a server serves."""
    return next(remote for remote in REMOTES.values() if remote.repository == server.repository.name)


def expected(repository: Repository) -> dict[str, bytes]:
    """The score files of a repository, as a fetch must leave them."""
    return {path: content for path, content in repository.files.items() if re.search("/results/|/zero-shot/", path)}


def fetch(settings: Settings, patience: Patience) -> list[Path]:
    """Fetch as the source does."""
    return (official if settings.source == "official" else example).fetch(settings, patience)


def pinned(settings: Settings) -> Manifest:
    """What the last fetch left word of."""
    return manifest.read(settings, REMOTES[settings.source])


def home(settings: Settings) -> Path:
    """Where the source's files go, one folder per commit."""
    return settings.data / "raw" / settings.source


def fetched(settings: Settings, commit: str) -> dict[str, bytes]:
    return tree(home(settings) / commit)
