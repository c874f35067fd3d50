"""Fixtures: a project folder of its own for every test, with the real SQL and made-up or real scores."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline import analyse, database, files, load, score
from pipeline.fetch import table
from pipeline.settings import DEFAULT_MIRROR, ROOT, Settings

MADE_UP = Path(__file__).parent / "data" / "made_up_scores.csv"
MIRRORED = ROOT / DEFAULT_MIRROR / table.PINNED.name


def write_parquet(query: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path


def made_up_query() -> str:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in load.SOURCE_COLUMNS.items())
    return f"from read_csv('{MADE_UP}', header = true, columns = {{{columns}}})"


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    """Settings of an empty project that uses the real SQL and seeds."""
    (tmp_path / "sql").symlink_to(ROOT / "sql")
    return Settings(root=tmp_path)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def analysed(settings: Settings, scores: Path) -> None:
    """Take a table through load, score and analyse, as if fetch had verified it."""
    table.write_manifest(settings, table.Manifest(str(scores), files.sha256(scores), scores.stat().st_size, "made up"))
    load.run(settings)
    score.run(settings)
    analyse.run(settings)


@pytest.fixture
def made_up(project: Settings) -> Settings:
    """A project whose made-up scores went through every stage up to the findings."""
    analysed(project, write_parquet(made_up_query(), project.root / "made_up.parquet"))
    return project


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The findings on the real scores; skipped where they are not on this machine."""
    if not MIRRORED.is_file():
        pytest.skip(f"the real scores are not in {DEFAULT_MIRROR}")
    root = tmp_path_factory.mktemp("real")
    (root / "sql").symlink_to(ROOT / "sql")
    settings = Settings(root=root)
    analysed(settings, MIRRORED)
    with database.connect(settings.database, read_only=True) as connection:
        yield connection
