"""Fixtures: project folders with the real SQL and made-up or real scores.

What takes seconds to build is built once and then read, or copied by the tests that change it. The processes of
pytest-xdist share it: the first one to need it builds it, the others wait for its lock.
"""

import base64
import fcntl
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import analyse, score, sources
from pipeline.core import database, files, freshness, plotting
from pipeline.core.settings import DEFAULT_MIRROR, ROOT, Settings
from pipeline.curve_tests import estimates, parts, world_tables, worlds
from pipeline.curve_tests import stage as curve_tests
from pipeline.fetch import table
from pipeline.load.table import SOURCE_COLUMNS
from pipeline.report import stage as report
from pipeline.report.explorer import stage as explorer
from pipeline.studies.contents import STUDIES

MADE_UP = Path(__file__).parent / "data" / "made_up_scores.csv"
MIRRORED = ROOT / DEFAULT_MIRROR / table.PINNED.name
COMMITTED = ROOT / "outputs" / "tables"

# The smallest picture of each kind.
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB4iG8MwAAAABJRU5ErkJggg==")
DOT = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'

Build = Callable[[Settings], object]


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def write_parquet(query: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _reader().cursor() as cursor:
        cursor.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path


def made_up_query() -> str:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in SOURCE_COLUMNS.items())
    return f"from read_csv('{MADE_UP}', header = true, columns = {{{columns}}})"


def project_at(root: Path) -> Settings:
    """Settings of an empty project that uses the real SQL and seeds."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "sql").symlink_to(ROOT / "sql")
    return Settings(root=root)


def copy_of(settings: Settings, root: Path) -> Settings:
    """The same project once more, to be changed."""
    shutil.copytree(settings.root, root, symlinks=True, dirs_exist_ok=True)
    return replace(settings, root=root)


def sketch(patch: pytest.MonkeyPatch) -> None:
    """Let figures be drawn but not rendered, which takes longest: for what is not about their looks."""

    def save(_: object, path: Path) -> Path:
        return files.write_bytes(path, DOT)

    patch.setattr(plotting, "save", save)


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures that are drawn but not rendered."""
    sketch(monkeypatch)


def stay_alone(patch: pytest.MonkeyPatch) -> None:
    """Start no processes, which takes longer than a few curves: for what is not about them."""
    patch.setattr(os, "cpu_count", lambda: 1)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that starts no processes."""
    stay_alone(monkeypatch)


def hasten_curve_tests(patch: pytest.MonkeyPatch) -> None:
    """Let curves be tested, and drawn in smooth worlds, with few draws and in this process."""
    patch.setattr(parts, "run", partial(parts.run, most=20))
    patch.setattr(worlds, "GRID_DRAWS", 2)
    patch.setattr(worlds, "draw", partial(worlds.draw, draws=3))
    for module in (estimates, world_tables):
        patch.setattr(module, "RESAMPLES", 20)
    stay_alone(patch)


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    """Settings of an empty project that uses the real SQL and seeds."""
    return project_at(tmp_path)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own, in memory."""
    with _reader().cursor() as cursor:
        cursor.execute("attach ':memory:' as own").execute("use own")
        yield cursor
        cursor.execute("use memory").execute("detach own")


def rows(settings: Settings, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
    """What a query of a project's database gives. To open each would take longer than most queries."""
    with _reader().cursor() as cursor:
        cursor.execute(f"attach {database.quoted_text(str(settings.database))} as project (read_only)")
        try:
            return cursor.execute("use project").execute(query, values).fetchall()
        finally:
            cursor.execute("use memory").execute("detach project")


def as_if_fetched(settings: Settings, scores: Path, address: str = "made up") -> None:
    """Leave word of a table as if fetch had verified it."""
    found = table.Manifest(settings.shown(scores), files.sha256(scores), scores.stat().st_size, address)
    table.write_manifest(settings, found)


def analysed(settings: Settings, scores: Path) -> None:
    """Take a table through load, score and analyse, as if fetch had verified it."""
    as_if_fetched(settings, scores)
    sources.load(settings)
    score.run(settings)
    analyse.run(settings)


class Builder:
    """Builds projects by name, each once for all processes of a test run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def project(self, name: str, build: Build) -> Settings:
        """The project of this name, which `build` fills where it is not there yet."""
        root = self.folder / name
        self.once(name, lambda: build(self._emptied(root)))
        return Settings(root=root)

    def once(self, name: str, build: Callable[[], object]) -> None:
        """Call `build` unless a process of this test run did so already."""
        done = self.folder / f"{name}.done"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                build()
                done.touch()

    @staticmethod
    def _emptied(root: Path) -> Settings:
        shutil.rmtree(root, ignore_errors=True)
        return project_at(root)


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    base = tmp_path_factory.getbasetemp()
    # A process of pytest-xdist has a folder of its own in one that belongs to the whole test run.
    return Builder(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="session")
def kernels(builder: Builder) -> None:
    """What numba compiles, which takes a quarter of a minute, is compiled and kept on disk: by one process for all."""
    builder.once("kernels", lambda: [prepare() for prepare in parts.PREPARE])


def _build_made_up(settings: Settings) -> None:
    analysed(settings, write_parquet(made_up_query(), settings.root / "made_up.parquet"))


@pytest.fixture(scope="session")
def made_up_once(builder: Builder) -> Settings:
    """The project of `made_up`, for tests that only read it."""
    return builder.project("made_up", _build_made_up)


@pytest.fixture
def made_up(made_up_once: Settings, tmp_path: Path) -> Settings:
    """A project whose made-up scores went through every stage up to the findings, curves not tested."""
    return copy_of(made_up_once, tmp_path)


@pytest.fixture(scope="session")
def made_up_report(builder: Builder, made_up_once: Settings) -> Settings:
    """The project of `made_up` with its report, for tests that only read it."""

    root = builder.folder / "made_up_report"

    def build() -> None:
        shutil.rmtree(root, ignore_errors=True)
        with pytest.MonkeyPatch.context() as patch:
            sketch(patch)
            report.run(copy_of(made_up_once, root))

    builder.once("made_up_report", build)
    return Settings(root=root)


@pytest.fixture(scope="session")
def full_report(builder: Builder, kernels: None) -> Settings:  # noqa: ARG001 - compiled before it begins
    """Made-up scores, tests of their curves, the tables of the tools, and a report of all this; only to be read."""

    def build(settings: Settings) -> None:
        copy_made_by_tools(settings)
        as_if_fetched(settings, write_parquet(made_up_query(), settings.root / "made_up.parquet"))
        with pytest.MonkeyPatch.context() as patch:
            hasten_curve_tests(patch)
            for stage in (sources.load, score.run, curve_tests.run, analyse.run, report.run):
                stage(settings)

    return builder.project("full_report", build)


def made_by_tools() -> list[Path]:
    """The committed tables that a run takes as they are: of tools, and of the tests of curves, which take minutes."""
    of_tools = [f"{name}.csv" for study in STUDIES for name in study.committed]
    of_worlds = [f"{name}.csv" for name in curve_tests.SCENARIO_TABLES]
    names = [*of_tools, curve_tests.NAME, *of_worlds, freshness.NAME]
    return [path for name in names if (path := COMMITTED / name).is_file()]


def copy_made_by_tools(settings: Settings) -> None:
    """Commit these tables to a project as well."""
    settings.committed.mkdir(parents=True, exist_ok=True)
    for path in made_by_tools():
        shutil.copy(path, settings.committed)


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in a checkout, with the environment that runs this test: nothing is installed."""
    return subprocess.run(
        ["make", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.run", "-o", f"{sys.prefix}/.charts", *arguments],
        cwd=folder,
        # Compiled modules are kept, unless a test counts files: most checkouts are run several times.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def checkout_at(folder: Path) -> Path:
    """A copy of the project without data and results, but for the committed curves and the tests of them.

    Compiled modules come along: they hold as long as the files that they are of keep their times. Kernels do not.
    """
    half_written = shutil.ignore_patterns("*.tmp.*", "*.pyc.*")
    folder.mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("pipeline", "sql"):
        shutil.copytree(ROOT / name, folder / name, ignore=half_written)
    (folder / "outputs" / "tables").mkdir(parents=True)
    for name in ("emergence.parquet", "curve_tests.parquet", "keys.csv"):
        if (COMMITTED / name).is_file():
            shutil.copy2(COMMITTED / name, folder / "outputs" / "tables")
    return folder


# A proxy that refuses every connection, so that this is the same with and without a network.
OFFLINE = {
    **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
}


@pytest.fixture(scope="session")
def stand_in(builder: Builder) -> Settings:
    """A checkout in which `make report` had neither scores nor network; what it printed is in printed.txt."""
    root = builder.folder / "stand_in"

    def build() -> None:
        shutil.rmtree(root, ignore_errors=True)
        ran = make(checkout_at(root), "report", "MIRROR=", **OFFLINE)
        assert ran.returncode == 0, ran.stderr
        (root / "printed.txt").write_text(ran.stdout, encoding="utf-8")

    builder.once("stand_in", build)
    return Settings(root=root, mirror="")


def _build_real(settings: Settings) -> None:
    copy_made_by_tools(settings)
    # The provenance names the public address, as a real fetch notes it.
    as_if_fetched(settings, MIRRORED, table.PINNED.address)
    printed = io.StringIO()
    with redirect_stdout(printed):
        for stage in (sources.load, score.run, adopt_curve_tests, analyse.run, explorer.run):
            stage(settings)
    (settings.root / "printed.txt").write_text(printed.getvalue(), encoding="utf-8")


def adopt_curve_tests(settings: Settings) -> None:
    """Take in the committed tables of curve_tests, if they are of this code and these scores: here they are never made.

    A test of its own says whether they are (tests/curve_tests/test_key.py).
    """

    class NotCommittedError(Exception):
        pass

    def refuse(*_: object, **__: object) -> None:
        raise NotCommittedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "run", refuse)
        patch.setattr(curve_tests, "world", refuse)
        try:
            curve_tests.run(settings)
        except NotCommittedError:
            with database.connect(settings.database) as connection:
                for name in ("curve_tests", *curve_tests.SCENARIO_TABLES):
                    connection.execute(f"drop table if exists {name}")
            print("curve_tests in outputs/tables are not of this code")


@pytest.fixture(scope="session")
def real_project(builder: Builder) -> Settings:
    """A project whose real scores went through every stage up to the findings; skipped where they are not here.

    What the stages printed is in printed.txt.
    """
    if not MIRRORED.is_file():
        pytest.skip(f"the real scores are not in {DEFAULT_MIRROR}")
    return builder.project("real", _build_real)


@pytest.fixture(scope="session")
def real(real_project: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The findings on the real scores."""
    with database.connect(real_project.database, read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def real_report(builder: Builder, real_project: Settings) -> Settings:
    """The project of `real` with its report, whose figures are drawn but not rendered."""

    def build() -> None:
        with pytest.MonkeyPatch.context() as patch:
            sketch(patch)
            report.run(real_project)

    builder.once("real_report", build)
    return real_project
