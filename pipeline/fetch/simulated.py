"""`SOURCE=simulated`: a table of scores in which nothing emerges, made on this machine from committed files."""

from pathlib import Path

from pipeline.core import files
from pipeline.core.settings import Settings
from pipeline.fetch import table
from pipeline.simulated import benchmark


def fetch(settings: Settings) -> list[Path]:
    """Make the table in the form of the pinned one, so that every later stage is the very same.

    Raises:
        PipelineError: the committed curves, which give the design, are missing.
    """
    rows = benchmark.simulate(benchmark.read_design(settings), benchmark.Knobs())
    path = benchmark.write(rows, settings.data / "raw" / "simulated.parquet")
    size = path.stat().st_size
    seed = f"seed {benchmark.SEED}"
    print(f"fetch    SIMULATED: {len(rows):,} scores of models that do not exist, {seed}, {size:,} bytes")
    address = f"simulated by pipeline/simulated/benchmark.py, {seed}"
    manifest = table.Manifest(settings.shown(path), files.sha256(path), size, address)
    return [path, table.write_manifest(settings, manifest)]


def inputs(settings: Settings) -> str:
    """The hash of the committed curves, which give the design."""
    curves = settings.committed / "emergence.parquet"
    return files.sha256(curves) if curves.is_file() else ""
