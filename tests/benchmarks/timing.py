"""What all benches share: rounds in turn, medians, memory of a process of one's own, and tables of text."""

import os
import platform
import re
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

ROUNDS = 5
Work = Callable[[], object]
Result = TypeVar("Result")


def machine() -> str:
    """Processor, cores, system and Python of this machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def medians(contestants: Mapping[str, Work], title: str, rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each contestant; they take turns in each round, and the first round only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    steps = [(number, name) for number in range(rounds + 1) for name in contestants]
    for number, name in tqdm(steps, desc=title, delay=1, leave=False, disable=None):
        taken = timed(contestants[name])
        if number > 0:
            seconds[name].append(taken)
    return {name: statistics.median(times) for name, times in seconds.items()}


def median_seconds(work: Work, rounds: int = ROUNDS) -> float:
    """Median seconds of one contestant alone."""
    return medians({"": work}, "", rounds)[""]


def timed(work: Work) -> float:
    """Seconds of one call, which prints nothing."""
    with redirect_stdout(StringIO()):
        started = time.perf_counter()
        work()
        return time.perf_counter() - started


def in_own_process(work: Callable[[], Result]) -> Result:
    """What a call returns that has a process to itself, so that its memory is its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work).result()


def peak_megabytes() -> float:
    """The largest memory that this process has taken so far, in megabytes."""
    status = Path("/proc/self/status")
    # Unlike that of getrusage, the number there does not start from the memory of the process that started this one.
    own = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.is_file() else None
    kilobytes = int(own[1]) if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes * 1024 / 1e6


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text below their title, the first column to the left and numbers to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    print(title)
    for first, *others in (header, *rows):
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        print("  " + "  ".join(cells))
    print()
