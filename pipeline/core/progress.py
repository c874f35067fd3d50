"""How far a long query is, on a terminal."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

EVERY_SECONDS = 1.0
# A query that is done sooner needs no word.
FIRST_AFTER_SECONDS = 3.0


@contextmanager
def shown(connection: duckdb.DuckDBPyConnection, label: str) -> Iterator[None]:
    """Show how far the queries of a block are, each for itself, and how long it may still take.

    Args:
        connection: which runs them.
        label: the name of the stage.
    """
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(connection, label, done), daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()


def _watch(connection: duckdb.DuckDBPyConnection, label: str, done: threading.Event) -> None:
    begun, before = time.monotonic(), 0.0
    while not done.wait(EVERY_SECONDS):
        percent = connection.query_progress()
        if percent < before:
            begun = time.monotonic()
        before = percent
        line = told(label, percent, time.monotonic() - begun)
        if line:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
    print("\r\033[K", end="", file=sys.stderr, flush=True)


def told(label: str, percent: float, seconds: float) -> str:
    """The progress line of a query that has run for `seconds`; empty while it is too early for an estimate.

    Args:
        label: the name of the stage.
        percent: of the query that is done.
        seconds: since it began.
    """
    if seconds < FIRST_AFTER_SECONDS or not 0 < percent <= 100:
        return ""
    return f"{label:<8} {percent:.0f} % of this step, some {seconds * (100 - percent) / percent:,.0f} s left"
