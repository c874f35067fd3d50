"""`SOURCE=scores.csv` or `.parquet`: anybody's scores in a tidy table, read where it lies."""

from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.wording import visible


def fetch(settings: Settings) -> list[Path]:
    """Note that the table is there; nothing is copied.

    Raises:
        PipelineError: there is no such file, or it may not be read.
    """
    path = settings.path
    if not path.is_file():
        raise PipelineError(
            f"SOURCE={settings.source}: there is no such file (looked for {path.resolve()}). "
            "Next: check the path; it starts from the folder of the Makefile unless it is absolute."
        )
    digest = files.sha256(path)
    print(
        f"fetch    {visible(settings.source)}: {path.stat().st_size:,} bytes, read where it lies, sha256 {digest[:12]}…"
    )
    return [path]


def inputs(settings: Settings) -> str:
    """The hash of the table, nothing where there is none."""
    return files.sha256(settings.path) if settings.path.is_file() else ""
