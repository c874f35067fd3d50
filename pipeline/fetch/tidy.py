"""`SOURCE=scores.csv` or `.parquet`: anybody's scores in a tidy table, read where it lies."""

from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.wording import visible
from pipeline.fetch import harness

# A table of 20 million scores has some 1,000 million bytes.
MOST_BYTES = 4_000_000_000
PATTERN = "*?["


def fetch(settings: Settings) -> list[Path]:
    """Note that the table is there; nothing is copied.

    Raises:
        PipelineError: there is no such file, or it may not be read.
    """
    path = settings.path
    if not path.is_file():
        what = "that is no plain file" if path.exists() else "there is no such file"
        raise PipelineError(
            f"SOURCE={settings.source}: {what} (looked for {path.resolve()}). "
            "Next: check the path; it starts from the folder of the Makefile unless it is absolute."
        )
    _refuse(settings)
    digest = files.sha256(path)
    print(
        f"fetch    {visible(settings.source)}: {path.stat().st_size:,} bytes, read where it lies, sha256 {digest[:12]}…"
    )
    return [path]


def _refuse(settings: Settings) -> None:
    if any(sign in settings.source for sign in PATTERN):
        raise PipelineError(
            f"SOURCE={settings.source}: a database would read {' '.join(PATTERN)} in its name as a pattern. "
            "Next: rename the file."
        )
    size = settings.path.stat().st_size
    if size > MOST_BYTES:
        raise PipelineError(
            f"SOURCE={settings.source}: has {size:,} bytes, and at most {MOST_BYTES:,} are read. "
            "Next: leave out what is not needed, save it as Parquet, or split the table by task."
        )


def inputs(settings: Settings) -> str:
    """The hash of the table, nothing where there is none; of one that is refused its size is enough. That of TASKS."""
    if not settings.path.is_file():
        return ""
    size = settings.path.stat().st_size
    own = files.sha256(settings.path) if size <= MOST_BYTES else f"{size} bytes"
    return " ".join(filter(None, (own, harness.given(settings))))
