"""Files that are either whole or not there."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.core.errors import PipelineError

PARTIAL = ".partial"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place only if the block succeeds.

    Raises:
        PipelineError: the folder cannot be made or written, or the disk is full.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=f"{PARTIAL}{path.suffix}")
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise PipelineError(
            f"{path}: cannot be written ({error.strerror or error}). Next: check that the folder may be "
            "written and that the disk has room, or name another folder with OUT=."
        ) from error
    finally:
        if temporary is not None:
            _remove(temporary.parent, temporary.name)


def _sweep(path: Path) -> None:
    """Remove what a run that was killed left beside `path`."""
    _remove(path.parent, f".{path.stem}-", f"{PARTIAL}{path.suffix}")


def _remove(folder: Path, start: str, holding: str = "") -> None:
    """Remove temporary files by their names; a database may have had a log and a folder beside it."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are enough, and there may be thousands
    except OSError:
        # Gone meanwhile, or closed to readers: then the writing itself says so.
        return
    for name in names:
        if not name.startswith(start) or holding not in name[len(start) :]:
            continue
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a whole file or none of it."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def write_text(path: Path, content: str) -> Path:
    """Write a whole UTF-8 file or none of it."""
    return write_bytes(path, content.encode())


def sha256(path: Path) -> str:
    """The hexadecimal sha256 of a file.

    Raises:
        PipelineError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PipelineError(
            f"{path}: cannot be read ({error.strerror}). Next: check that the file is there and may be read."
        ) from error
