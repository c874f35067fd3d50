"""`SOURCE=<dir>`: results of EleutherAI's lm-evaluation-harness, read where they lie and found by content."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch.listing import census

MOST_FILES = 200_000


def fetch(settings: Settings) -> list[Path]:
    """Say how many files lie there; nothing is copied, and the load finds the results among them.

    Raises:
        PipelineError: the folder cannot be read, or holds no file or too many.
    """
    paths = list_paths(settings.path)
    print(f"fetch    {len(paths):,} files, read where they lie in {settings.source}")
    return []


def inputs(settings: Settings) -> str:
    """What lies in the folder, by name, size and time of change, and what MODELS says of the models."""
    given = settings.root / settings.models
    said = files.sha256(given) if settings.models and given.is_file() else ""
    return f"{census(settings.path, list_paths(settings.path))} {said}"


def folder(settings: Settings) -> Path:
    """Where the files lie."""
    return settings.path


def hashes(_: Settings) -> dict[str, str] | None:
    """None: the folder is its user's."""
    return None


def list_paths(folder: Path) -> list[str]:
    """All plain files below a folder, as paths from it, sorted; hidden ones and links are passed over.

    Raises:
        PipelineError: the folder cannot be read, or holds no file or too many.
    """
    found = sorted(_walk(folder))
    if not found:
        raise PipelineError(
            f"{folder}: holds no file. Next: name a folder of results of lm-evaluation-harness, or the top of a "
            "checkout of google/BIG-bench."
        )
    return found


def _walk(folder: Path) -> Iterator[str]:
    def stop(error: OSError) -> None:
        raise PipelineError(
            f"{error.filename}: cannot be read ({error.strerror}). Next: check that you may read all of it."
        ) from error

    count = 0
    for above, folders, names in os.walk(folder, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(above) / name
            if name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            count += 1
            if count > MOST_FILES:
                raise PipelineError(
                    f"{folder}: holds more than {MOST_FILES:,} files. Next: name the folder of the results alone."
                )
            yield path.relative_to(folder).as_posix()
