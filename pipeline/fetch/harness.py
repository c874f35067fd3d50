"""`SOURCE=<dir>`: results of EleutherAI's lm-evaluation-harness, read where they lie and found by content."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.wording import counted, visible
from pipeline.fetch.listing import census

MOST_FILES = 200_000


def fetch(settings: Settings) -> list[Path]:
    """Say how many files lie there; nothing is copied, and the load finds the results among them.

    Raises:
        PipelineError: the folder cannot be read, or holds no file or too many.
    """
    paths, passed_over = _list(settings.path)
    print(f"fetch    {counted(len(paths), 'file')}, read where they lie in {visible(settings.source)}")
    if passed_over:
        print(f"fetch    {counted(passed_over, 'link or pipe', 'links or pipes')} passed over, no plain files")
    return []


def inputs(settings: Settings) -> str:
    """What lies in the folder, by name, size and time of change, and what MODELS and TASKS say."""
    return f"{census(settings.path, list_paths(settings.path))} {given(settings)}"


def given(settings: Settings) -> str:
    """The hashes of the tables that MODELS and TASKS name; nothing where they are not given."""
    named = [settings.root / name for name in (settings.models, settings.tasks) if name]
    return " ".join(files.sha256(path) for path in named if path.is_file())


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
    return _list(folder)[0]


def _list(folder: Path) -> tuple[list[str], int]:
    """The plain files below a folder, sorted, and how many links and the like lie among them."""
    found = list(_walk(folder))
    paths = sorted(path for path, is_plain in found if is_plain)
    links = len(found) - len(paths)
    if not paths:
        but = f" but {counted(links, 'link')}, which nobody follows (cp -rL copies what they point to)" if links else ""
        raise PipelineError(
            f"{folder}: holds no file{but}. Next: name a folder of results of lm-evaluation-harness, or the top of a "
            "checkout of google/BIG-bench."
        )
    return paths, links


def _walk(folder: Path) -> Iterator[tuple[str, bool]]:
    """What lies below a folder, as paths from it, each with whether it is a plain file."""

    def stop(error: OSError) -> None:
        raise PipelineError(
            f"{error.filename}: cannot be read ({error.strerror}). Next: check that you may read all of it."
        ) from error

    count = 0
    for above, folders, names in os.walk(folder, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if (Path(above) / name).is_symlink()]
        for name in (*linked, *names):
            if name.startswith("."):
                continue
            path = Path(above) / name
            count += 1
            if count > MOST_FILES:
                raise PipelineError(
                    f"{folder}: holds more than {MOST_FILES:,} files. Next: name the folder of the results alone."
                )
            yield path.relative_to(folder).as_posix(), path.is_file() and not path.is_symlink()
