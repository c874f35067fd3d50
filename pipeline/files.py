"""Files that are either whole or not there."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import PipelineError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place only if the block succeeds.

    Raises:
        PipelineError: the folder cannot be made or written, or the disk is full.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
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
            temporary.unlink(missing_ok=True)


def remove_leftovers(path: Path, *, older_than: float = 3600.0, now: Callable[[], float] = time.time) -> None:
    """Delete the temporary files that runs left beside `path` when they were killed.

    Only those older than some seconds go, because another run may be writing the others.
    """
    for leftover in path.parent.glob(f".{path.stem}-*"):
        with suppress(OSError):
            if leftover.stat().st_mtime > now() - older_than:
                continue
            if leftover.is_dir():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()


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
