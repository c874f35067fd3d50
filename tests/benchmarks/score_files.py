"""Fetch and load of a rebuilt tree of score files, over loopback.

The tree is the pinned table written back in the published format: as many files as BIG-bench has, preferred
metrics only. It lives here because it needs the tests' GitHub server and tree.
"""

import tempfile
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from pipeline.core.settings import GitHub, Settings
from pipeline.fetch import official
from tests import score_tree
from tests.benchmarks import load, timing
from tests.fetch.conftest import git, tree
from tests.fixtures import MIRRORED
from tests.github_server import Repository, serving


def run(_: Settings) -> None:
    """Rebuild the tree, measure, and print two tables."""
    if not MIRRORED.is_file():
        print("Score files: left out, because the pinned table is not in the default MIRROR\n")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "checkout"
        files = score_tree.rebuild(MIRRORED, folder)
        load.run(Settings(source=str(folder)))
        rows = [
            (name, f"{seconds:.2f}", f"{files / seconds:,.0f}")
            for name, seconds in fetches(folder, Path(scratch)).items()
        ]
    timing.print_table(f"Fetch of {files:,} score files over loopback", ("way", "seconds", "files/s"), rows)


def fetches(folder: Path, scratch: Path) -> dict[str, float]:
    """Median seconds of a fetch of the whole tree, each with listing and verification."""
    repository = Repository(tree(folder))
    bare = bare_clone(folder, scratch / "bare", repository)
    with serving(repository) as server:
        addresses = GitHub(f"{server.base}/api", f"{server.base}/archive", f"{server.base}/raw", bare)
        fetched = Settings(root=scratch / "fetched", source="official", via="https", github=addresses)
        by_git = Settings(root=scratch / "by_git", source="official", via="git", github=addresses)
        ways = {
            "one archive": from_nothing(fetched),
            "nothing missing": partial(official.fetch, fetched),
            "git, partial clone": from_nothing(by_git),
        }
        return timing.medians(ways, "fetch")


def bare_clone(folder: Path, bare: Path, repository: Repository) -> str:
    """A bare repository of the tree that gives out partial clones; its commit becomes that of `repository`."""
    git("init", "--quiet", "--initial-branch=main", str(folder))
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message=one", cwd=folder)
    repository.commit = git("rev-parse", "HEAD", cwd=folder)
    git("clone", "--quiet", "--bare", f"file://{folder}", str(bare))
    git("config", "uploadpack.allowFilter", "true", cwd=bare)
    return f"file://{bare}"


def from_nothing(settings: Settings) -> timing.Work:
    """A fetch into a new folder at every call."""
    number = count()
    return lambda: official.fetch(replace(settings, root=settings.root / str(next(number))))
