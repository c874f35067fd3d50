"""One run at a time on the same scores: two would write the same database, tables and report."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path, name: str) -> Iterator[None]:
    """Hold a lock while a block runs; first wait for whoever holds it, and say who that is.

    The system lets go of it when the process ends, however that happens: none is ever left behind. Where no file can be
    locked the block runs without.

    Args:
        path: the file of the lock; it says who holds it.
        name: the target that is made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.open("a+", encoding="utf-8")
    except OSError:
        yield
        return
    with held:
        _wait(held.fileno(), path, name)
        held.truncate(0)
        held.write(f"make {name} (process {os.getpid()})")
        held.flush()
        yield


def _wait(descriptor: int, path: Path, name: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = path.read_text(encoding="utf-8") or "another run"
        print(f"{name:<8} waits until {holder} on the same scores has ended", file=sys.stderr)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        return
