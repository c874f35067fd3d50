"""`make bench`, its second half: fetch and load of a rebuilt tree of score files, over loopback.

The tree is the pinned table written back in the published format: as many files as BIG-bench has, preferred
metrics only. It lives here because it needs the tests' GitHub server and tree.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from pipeline import bench_load
from pipeline.bench import describe_machine
from pipeline.fetch import official
from pipeline.settings import GitHub, Settings
from tests import score_tree
from tests.conftest import MIRRORED
from tests.fetch.conftest import git, tree
from tests.github_server import Repository, serving

ROUNDS = 5


def main() -> int:
    """Rebuild the tree, measure, and print two tables."""
    if not MIRRORED.is_file():
        print("bench    score files: left out, because the pinned table is not in the default MIRROR")
        return 0
    print(f"bench    score files on {describe_machine()}; medians of {ROUNDS} rounds, warm\n")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "checkout"
        # In a process of its own: those that are measured inherit the peak memory of this one.
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            files = pool.submit(score_tree.rebuild, MIRRORED, folder).result()
        print(bench_load.show(bench_load.measure(Settings(source=str(folder)))))
        print(f"\n{'fetch over loopback':<42}{'seconds':>9}{'files/s':>12}")
        for name, seconds in fetches(folder, Path(scratch)).items():
            print(f"{name:<42}{seconds:>9.2f}{files / seconds:>12,.0f}")
    return 0


def fetches(folder: Path, scratch: Path) -> dict[str, float]:
    """Median seconds of a fetch of the whole tree, each with listing and verification."""
    repository = Repository(tree(folder))
    bare = bare_clone(folder, scratch / "bare", repository)
    with serving(repository) as server:
        addresses = GitHub(f"{server.base}/api", f"{server.base}/archive", f"{server.base}/raw", bare)
        fetched = Settings(root=scratch / "fetched", source="official", via="https", github=addresses)
        by_git = Settings(root=scratch / "by_git", source="official", via="git", github=addresses)
        return {
            "one archive": median_seconds(from_nothing(fetched)),
            "nothing missing": median_seconds(lambda: fetch(fetched)),
            "git, partial clone": median_seconds(from_nothing(by_git)),
        }


def bare_clone(folder: Path, bare: Path, repository: Repository) -> str:
    """A bare repository of the tree that gives out partial clones; its commit becomes that of `repository`."""
    git("init", "--quiet", "--initial-branch=main", str(folder))
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message=one", cwd=folder)
    repository.commit = git("rev-parse", "HEAD", cwd=folder)
    git("clone", "--quiet", "--bare", f"file://{folder}", str(bare))
    git("config", "uploadpack.allowFilter", "true", cwd=bare)
    return f"file://{bare}"


def from_nothing(settings: Settings) -> Callable[[], None]:
    """A fetch into a new folder at every call."""
    number = count()
    return lambda: fetch(replace(settings, root=settings.root / str(next(number))))


def fetch(settings: Settings) -> None:
    """Fetch the score files that are missing or wrong."""
    with redirect_stdout(StringIO()):
        official.fetch(settings)


def median_seconds(work: Callable[[], None]) -> float:
    """Median time of one unmeasured and five measured rounds."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


if __name__ == "__main__":
    sys.exit(main())
